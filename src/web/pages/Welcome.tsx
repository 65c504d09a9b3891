import { PageTitle } from '../parts/PageTitle.tsx'
import { texts } from '../language/texts.ts'
import '../style/welcome.css'

/** What this is, in honest words. */
export function Welcome() {
  const { welcome: t } = texts.value
  return (
    <article class="welcome">
      <PageTitle>{t.title}</PageTitle>
      <p class="lead">{t.lead}</p>
      <p class="buttons">
        <a class="button" data-look="strong" href="/register">
          {t.register}
        </a>
        <a class="button" href="/sign-in">
          {t.signIn}
        </a>
      </p>
      <section aria-labelledby="answers">
        <h2 id="answers">{t.answersTitle}</h2>
        <dl class="answers">
          {t.answers.map(({ name, text }, at) => (
            <div key={at} data-verdict={verdicts[at]}>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section aria-labelledby="limits">
        <h2 id="limits">{t.limitsTitle}</h2>
        <ul>
          {t.limits.map((limit, at) => (
            <li key={at}>{limit}</li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="files">
        <h2 id="files">{t.filesTitle}</h2>
        <p>{t.files}</p>
      </section>
    </article>
  )
}

/** Of the answers, in their order: they have the colours of the results. */
const verdicts = ['ai_generated', 'manipulated', 'authentic', 'inconclusive']
