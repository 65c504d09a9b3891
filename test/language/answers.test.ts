import t from 'tap'
import { contextSignal } from '../../src/engine/detectors/signal.ts'
import { paragraph, sentence } from '../../src/language/sentence.ts'
import { behindProxy, person } from '../accounts/person.ts'
import { layGround, makeAccount, startService } from '../harness/service.ts'
import { startSmtp } from '../mail/smtp.ts'

const ground = await layGround(t)
const smtp = await startSmtp(t)
const { app, url } = await startService(t, ground, { ...behindProxy, SMTP_URL: smtp.url })
const inFrench = { 'accept-language': 'fr-FR,fr;q=0.9,en;q=0.5' }
const { key } = await makeAccount(ground)

async function ask(path: string, init: { method?: string; headers?: Record<string, string>; body?: string | FormData } = {}) {
  const response = await fetch(url + path, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } })
  return { headers: response.headers, body: await response.json() }
}

t.test('a problem says its title and detail in the language of the request, and its code in none', async (t) => {
  const { headers, body } = await ask('/v1/nothing', { headers: inFrench })
  t.match(body, { code: 'not_found', status: 404, title: 'Cet élément n’existe pas', detail: 'Rien ne répond à GET ici.' })
  t.equal(headers.get('content-language'), 'fr')
  t.match(headers.get('vary'), /accept-language/i)
  t.match(headers.get('content-type'), 'application/problem+json')
  const english = await ask('/v1/nothing')
  t.match(english.body, { title: 'There is no such thing', detail: 'Nothing answers GET here.' })
  t.equal(english.headers.get('content-language'), 'en')
})

t.test('an address that can not be decoded, and what Fastify refuses by itself, are answered in it as well', async (t) => {
  t.match((await ask('/%', { headers: inFrench })).body, { code: 'bad_request', title: 'La requête n’est pas valide', detail: 'L’adresse ne peut pas être décodée.' })
  const json = { method: 'POST', headers: { ...inFrench, 'content-type': 'application/json' } }
  t.match((await ask('/v1/password-resets', { ...json, body: '{' })).body, { detail: 'Le corps de la requête n’est pas du JSON valide.' })
  t.match((await ask('/v1/password-resets', { ...json, body: JSON.stringify('x'.repeat(70_000)) })).body, { code: 'body_too_large', title: 'La requête est trop volumineuse' })
})

t.test('what does not fit a schema is explained in it', async (t) => {
  const weak = { method: 'POST', headers: { ...inFrench, 'content-type': 'application/json' }, body: JSON.stringify({ email: 'a@b.example', password: 'short' }) }
  const { body } = await ask('/v1/accounts', weak)
  t.match(body, { code: 'invalid_request', errors: [{ pointer: 'body/password', detail: /^doit avoir au moins \d+ caractères$/ }] })
  t.match(body.detail, /^body\/password\u00a0: doit avoir/)
  const english = await ask('/v1/accounts', { ...weak, headers: { 'content-type': 'application/json' } })
  t.match(english.body.detail, /^body\/password: must have at least \d+ characters$/)
  t.match((await ask('/v1/analyses?state=asleep', { headers: inFrench })).body, { errors: [{ pointer: 'querystring/state', detail: /^doit être l’une de ces valeurs\u00a0: uploading, / }] })
})

t.test('the files of a batch that were refused are explained in the language of whoever looks, later as well', async (t) => {
  const form = new FormData()
  form.append('file', new Blob([Buffer.from('not a picture')]), '{évil}.txt')
  form.append('file', new Blob([]), 'empty.jpg')
  const { body } = await ask('/v1/analyses', { method: 'POST', body: form, headers: inFrench })
  t.match(body, { code: 'unsupported_file_type', errors: [{ detail: /^\{évil\}\.txt\u00a0: unsupported_file_type\. Les types pris en charge sont/ }, { detail: /Le fichier est vide/ }] })
})

t.test('a mail is in the language of the request that caused it', async (t) => {
  const ada = person(url)
  await ada.send('POST', '/v1/accounts', { email: ada.email, password: ada.password }, inFrench)
  const [mail] = await smtp.to(ada.email)
  t.equal(mail?.subject, 'Confirmez votre adresse e-mail')
  t.match(mail?.text, /^Bienvenue sur FakeTect\..*\n\nhttp\S+#token=\S+\n\nCe lien est valable un jour\./)
  await ada.send('POST', '/v1/password-resets', { email: ada.email })
  const [, english] = await smtp.to(ada.email, 2)
  t.equal(english?.subject, 'Choose another password', 'the next one asks in English')
})

t.test('what the engine found, and what it could not, is said in it', async (t) => {
  const { accountId, key: owner } = await makeAccount(ground)
  const findings = {
    summary: paragraph(sentence('What was found is too weak for a verdict.'), sentence('A larger version of it would help.')),
    signals: [
      {
        ...contextSignal({ detector: 'camera_fields', code: 'camera', meaning: sentence('The clock was wrong, or the fields were written anew.'), measured: {} }),
        measured: {
          rows: [{ name: 'MakerNote', value: sentence('missing') }, { name: 'Make', value: 'text {of} the file', suspicious: true, reason: sentence('It was cropped as well.') }],
          timeline: [{ second: 0, what: [] }, { second: 1, what: [sentence('{missing, number} missing', { missing: 1_000 }), sentence('group of pictures cut short')] }],
          other: { text: 'as it is' }
        }
      },
      { ...contextSignal({ detector: 'metadata', code: 'old', meaning: sentence('missing'), measured: {} }), meaning: 'A row {from} before.' }
    ],
    notChecked: [{ code: 'x', reason: sentence('The engine does not answer') }],
    media: { mediaType: 'image/jpeg', width: 1, height: 1 }
  }
  const evidence = [{ name: 'a.png', mediaType: 'image/png', caption: sentence('The frame at {at}.', { at: '0:01' }), layer: 'map', sizeBytes: 1, key: 'k' }]
  const id = crypto.randomUUID()
  await ground.database.query(
    `INSERT INTO analyses (id, account_id, kind, file_name, media_type, media_key, state, verdict, findings, evidence, degraded)
     VALUES ($1, $2, 'image', 'a.jpg', 'image/jpeg', 'x', 'completed', 'inconclusive', $3, $4, $5)`,
    [id, accountId, JSON.stringify(findings), JSON.stringify(evidence), JSON.stringify(sentence('{provider} did not answer in time.', { provider: 'sieve' }))]
  )
  const answer = async (headers: Record<string, string>) => (await ask(`/v1/analyses/${id}`, { headers: { ...headers, authorization: `Bearer ${owner}` } }))
  const french = await answer(inFrench)
  t.equal(french.headers.get('content-language'), 'fr')
  t.match(french.body, {
    summary: 'Ce qui a été trouvé est trop faible pour un verdict. Une version plus grande aiderait à en savoir plus.',
    degraded: 'sieve n’a pas répondu à temps.',
    signals: [
      {
        meaning: 'L’horloge était mal réglée, ou les champs ont été réécrits.',
        measured: {
          rows: [{ value: 'absente' }, { value: 'text {of} the file', suspicious: true, reason: 'Elle a aussi été recadrée.' }],
          timeline: [{ what: '' }, { what: 'manquantes\u00a0: 1\u202f000, groupe d’images interrompu' }],
          other: { text: 'as it is' }
        }
      },
      { meaning: 'A row {from} before.' }
    ],
    notChecked: [{ code: 'x', reason: 'Le moteur d’analyse ne répond pas' }],
    evidence: [{ caption: 'L’image à 0:01.' }]
  })
  const english = (await answer({})).body
  t.match(english, { degraded: 'sieve did not answer in time.', signals: [{ measured: { rows: [{ value: 'missing' }, {}], timeline: [{}, { what: '1,000 missing, group of pictures cut short' }] } }, {}] })
  await ground.database.query("UPDATE analyses SET degraded = 'Plain {text} of before.' WHERE id = $1", [id])
  t.equal((await answer(inFrench)).body.degraded, 'Plain {text} of before.')
})

t.test('why an analysis failed is said in it; what was stored before there were sentences is said as it is', async (t) => {
  const { accountId, key: owner } = await makeAccount(ground)
  const id = crypto.randomUUID()
  const reason = sentence('The picture has {width} × {height} pixels; at most {most, number} on a side are analysed', { width: 3, height: 2_000_000, most: 1_000_000 })
  await ground.database.query(
    `INSERT INTO analyses (id, account_id, kind, file_name, media_type, media_key, state, failure_code, failure_detail)
     VALUES ($1, $2, 'image', 'a.jpg', 'image/jpeg', 'x', 'failed', 'too_many_pixels', $3)`,
    [id, accountId, JSON.stringify(reason)]
  )
  const detail = async (headers: Record<string, string>) => (await ask(`/v1/analyses/${id}`, { headers: { ...headers, authorization: `Bearer ${owner}` } })).body.failure.detail
  t.equal(await detail({}), 'The picture has 3 × 2000000 pixels; at most 1,000,000 on a side are analysed')
  t.equal(await detail(inFrench), 'L’image a 3 × 2000000 pixels\u00a0; au plus 1\u202f000\u202f000 de côté sont analysés')
  await ground.database.query("UPDATE analyses SET failure_detail = 'The file is {broken' WHERE id = $1", [id])
  t.equal(await detail(inFrench), 'The file is {broken')
})

t.test('the document of the interface says which languages it speaks', async (t) => {
  const { info, paths } = app.swagger() as unknown as { info: { description: string }; paths: Record<string, Record<string, { responses: object }>> }
  t.match(info.description, '`Accept-Language`')
  t.match(paths['/v1/analyses/{id}']?.get?.responses, { '4XX': { headers: { 'Content-Language': { schema: { enum: ['en', 'fr'] } } } } })
})
