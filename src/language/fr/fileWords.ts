/** What a file says about itself: metadata, traces of generators, Content Credentials. */
export const fileWords = {
  // Metadata
  'The file was last written by an editing program ({program}). Most published photographs were; it is no sign of manipulation.':
    'Le fichier a été écrit en dernier par un programme de retouche ({program}). C’est le cas de la plupart des photographies publiées ; ce n’est pas un signe de manipulation.',
  'The file has data that are damaged or too large to be read: {blocks}.': 'Le fichier contient des données endommagées ou trop volumineuses pour être lues : {blocks}.',
  'The file carries no metadata: they were never there, or a site or an app has removed them, as most do. The original file, straight from the camera or the program that made it, could tell more.':
    'Le fichier ne contient aucune métadonnée : il n’en a jamais eu, ou un site ou une application les a supprimées, comme le font la plupart. Le fichier original, tel que sorti de l’appareil ou du programme qui l’a produit, pourrait en dire plus.',

  // Fields of a camera
  'The file names a camera ({model}). Such fields can be copied or written by anyone, so this proves nothing by itself.':
    'Le fichier nomme un appareil photo ({model}). N’importe qui peut copier ou écrire de tels champs ; cela ne prouve donc rien en soi.',
  'The file names a camera ({model}, on {taken}). Such fields can be copied or written by anyone, so this proves nothing by itself.':
    'Le fichier nomme un appareil photo ({model}, le {taken}). N’importe qui peut copier ou écrire de tels champs ; cela ne prouve donc rien en soi.',
  'The camera’s fields speak of {statedWidth} × {statedHeight} pixels, the picture has {width} × {height}: it was resized, cropped or turned afterwards, as is common.':
    'Les champs de l’appareil annoncent {statedWidth} × {statedHeight} pixels, l’image en compte {width} × {height} : elle a été redimensionnée, recadrée ou tournée par la suite, ce qui est courant.',
  'By its own fields the file was last changed ({changed}) before the picture was taken ({taken}).':
    'D’après ses propres champs, le fichier a été modifié en dernier ({changed}) avant la prise de vue ({taken}).',
  'The camera’s clock says {taken}, its GPS receiver {date}: the clock was wrong, or one of them was written later.':
    'L’horloge de l’appareil indique {taken}, son récepteur GPS {date} : l’horloge était mal réglée, ou l’une des deux dates a été écrite plus tard.',
  'The file names the camera “{model}”, but the built-in lens of another one (“{lens}”): fields of two files were mixed.':
    'Le fichier nomme l’appareil « {model} », mais l’objectif intégré d’un autre (« {lens} ») : les champs de deux fichiers ont été mélangés.',
  'Fields of two files were mixed, or the maker’s name was written anew.': 'Les champs de deux fichiers ont été mélangés, ou le nom du fabricant a été réécrit.',
  'The clock was wrong, or the fields were written anew.': 'L’horloge était mal réglée, ou les champs ont été réécrits.',
  'The maker’s private note begins as that of another maker (“{signature}”) than the one named (“{make}”).':
    'La note privée du fabricant commence comme celle d’un autre fabricant (« {signature} ») que celui qui est nommé (« {make} »).',
  'This maker’s cameras write a private note; it is missing: a program has written the fields anew, as most editors and sites do.':
    'Les appareils de ce fabricant écrivent une note privée ; elle manque : un programme a réécrit les champs, comme le font la plupart des logiciels de retouche et des sites.',
  'The camera’s clock says {year}, but {model} is from {released}.': 'L’horloge de l’appareil indique {year}, mais {model} date de {released}.',
  'The camera’s clock says {year}, but its system (iOS {system}) is from {released}.': 'L’horloge de l’appareil indique {year}, mais son système (iOS {system}) date de {released}.',
  'There is no such place: latitudes end at 90 degrees, longitudes at 180.': 'Ce lieu n’existe pas : les latitudes s’arrêtent à 90 degrés, les longitudes à 180.',
  'Zero degrees north and east, in the sea off Africa, is what programs write that know no place.':
    'Zéro degré nord et est, en mer au large de l’Afrique : c’est ce qu’écrivent les programmes qui ne connaissent pas le lieu.',
  'The clock and the GPS receiver are {hours, number} hours apart.': 'L’horloge et le récepteur GPS diffèrent de {hours, number} heures.',
  'The lens named (“{lens}”) has no focal length of {length, number} mm.': 'L’objectif nommé (« {lens} ») n’a pas de focale de {length, number} mm.',
  '{bytes, plural, one {# byte} other {# bytes}}': '{bytes, plural, one {# octet} other {# octets}}',
  'missing': 'absente',

  // What the file declares itself to be
  'The file declares itself (IPTC digital source type): {type}.': 'Le fichier déclare lui-même sa nature (type de source numérique IPTC) : {type}.',
  'made by a generative AI model': 'produit par un modèle d’IA générative',
  'a picture in which generative AI added or replaced something': 'une image dans laquelle une IA générative a ajouté ou remplacé quelque chose',
  'put together from several parts, at least one of them synthetic': 'composé de plusieurs parties, dont une au moins est synthétique',
  'put together from several parts': 'composé de plusieurs parties',
  'put together from several photographs': 'composé de plusieurs photographies',
  'computed by a program that was not trained on pictures': 'calculé par un programme qui n’a pas été entraîné sur des images',
  'a photograph that a program has enhanced': 'une photographie améliorée par un programme',
  'drawn from data': 'dessiné à partir de données',
  'drawn by a person with digital tools': 'dessiné par une personne avec des outils numériques',
  'recorded from a virtual world': 'enregistré dans un monde virtuel',
  'a picture of a screen': 'une image d’un écran',
  'a photograph edited by a person': 'une photographie retouchée par une personne',
  'a photograph with minor edits by a person': 'une photographie légèrement retouchée par une personne',
  'a photograph by a digital camera': 'une photographie prise par un appareil numérique',
  'a photograph computed from several exposures': 'une photographie calculée à partir de plusieurs poses',
  'a scan of a negative': 'une numérisation d’un négatif',
  'a scan of a transparency': 'une numérisation d’une diapositive',
  'a scan of a print': 'une numérisation d’un tirage',
  '“{type}”, which is no word of IPTC’s vocabulary': '« {type} », qui n’est pas un terme du vocabulaire de l’IPTC',

  // Generators
  'The file says so itself: it holds the settings with which {generator} made a picture ({where}).':
    'Le fichier le dit lui-même : il contient les réglages avec lesquels {generator} a produit une image ({where}).',
  'The file says so itself: it names {generator} as its origin ({where}).': 'Le fichier le dit lui-même : il nomme {generator} comme son origine ({where}).',
  '{generator} had a part in the picture ({where}), which may be generated or a photograph that was processed.':
    '{generator} a joué un rôle dans l’image ({where}), qui peut être générée ou être une photographie traitée.',
  'The file says so itself: a part of the photograph was filled in by a generative model ({tool}, {where}).':
    'Le fichier le dit lui-même : une partie de la photographie a été remplie par un modèle génératif ({tool}, {where}).',
  'text “{keyword}”': 'texte « {keyword} »',
  'lowest bits of the colours': 'bits de poids faible des couleurs',
  'lowest bits of the opacity': 'bits de poids faible de l’opacité',
  'a generator that does not give its name': 'un générateur qui ne donne pas son nom',
  'a service that labels its pictures under Chinese law': 'un service qui étiquette ses images selon la loi chinoise',
  'Google’s generative editing': 'la retouche générative de Google',
  'Apple’s Clean Up': 'l’outil « Nettoyer » d’Apple',

  // Content Credentials
  'an unknown signer': 'un signataire inconnu',
  '{who}, made with {program}': '{who}, avec {program}',
  '{made}, time-stamped {day}': '{made}, horodatage du {day}',
  '{made}, time-stamped {day} (by an authority that was not checked)': '{made}, horodatage du {day} (par une autorité qui n’a pas été vérifiée)',
  '{signer}, who is on the trust list': '{signer}, qui figure sur la liste de confiance',
  'The file carries valid Content Credentials (C2PA) of {signer}. It was not changed since it was signed.':
    'Le fichier porte des métadonnées de provenance (Content Credentials, C2PA) valides de {signer}. Il n’a pas été modifié depuis sa signature.',
  'The file carries Content Credentials (C2PA) in the name of {signer}. They no longer fit it.':
    'Le fichier porte des métadonnées de provenance (Content Credentials, C2PA) au nom de {signer}. Elles ne lui correspondent plus.',
  'The file carries Content Credentials (C2PA) in the name of {signer}. They fit the file, which was not changed since it was signed; {doubt}.':
    'Le fichier porte des métadonnées de provenance (Content Credentials, C2PA) au nom de {signer}. Elles correspondent au fichier, qui n’a pas été modifié depuis sa signature ; {doubt}.',
  'A camera took and signed this file (Content Credentials of {signer}), and what it shows was not changed since. A screen or a print in front of the camera would be signed just so.':
    'Un appareil photo a pris et signé ce fichier (Content Credentials de {signer}), et ce qu’il montre n’a pas été modifié depuis. Un écran ou un tirage placé devant l’appareil serait signé de la même façon.',
  'The file was altered after it was signed (its Content Credentials bear the name of {signer}): {what}. Any change breaks the seal, from another picture to a caption that was added; what was changed it does not tell.':
    'Le fichier a été altéré après sa signature (ses Content Credentials portent le nom de {signer}) : {what}. Tout changement brise le sceau, d’une autre image jusqu’à une légende ajoutée ; il ne dit pas ce qui a été changé.',
  'the file is not the one that was signed': 'le fichier n’est pas celui qui a été signé',
  'a part of its signed history was replaced': 'une partie de son historique signé a été remplacée',
  'its signed history itself was rewritten': 'son historique signé lui-même a été réécrit',
  'The file no longer fits its Content Credentials. It is damaged or cut short, which alone explains that.':
    'Le fichier ne correspond plus à ses Content Credentials. Il est endommagé ou tronqué, ce qui suffit à l’expliquer.',
  'Its Content Credentials say that it was made by {ai}.': 'D’après ses Content Credentials, ce contenu a été produit par {ai}.',
  'Its Content Credentials say that a part of it was made or changed by {ai}.': 'D’après ses Content Credentials, une partie a été produite ou modifiée par {ai}.',
  'Its Content Credentials say that {ai} added or replaced something in it.': 'D’après ses Content Credentials, {ai} y a ajouté ou remplacé quelque chose.',
  'Its Content Credentials say what it is: {type}.': 'Ses Content Credentials disent ce qu’il est : {type}.',
  'Its Content Credentials say what it is: {type} ({program}).': 'Ses Content Credentials disent ce qu’il est : {type} ({program}).',
  'a generative AI model': 'un modèle d’IA générative',
  'generative AI': 'une IA générative',
  'generative AI ({program})': 'une IA générative ({program})',
  '{signer} signed that, and is on the trust list.': '{signer} l’a signé, et figure sur la liste de confiance.',
  '{signer} signed that; {doubt}.': '{signer} l’a signé ; {doubt}.',
  'That history no longer bears a valid signature: it is the file’s own word.': 'Cet historique ne porte plus de signature valide : ce n’est que la parole du fichier.',
  'the certificate has expired, so the name is claimed and not verified': 'le certificat a expiré, le nom est donc allégué et non vérifié',
  'the certificate was withdrawn, so the name is claimed and not verified': 'le certificat a été révoqué, le nom est donc allégué et non vérifié',
  'the certificate is not made for signing such histories, so the name is claimed and not verified':
    'le certificat n’est pas fait pour signer de tels historiques, le nom est donc allégué et non vérifié',
  'the signer is not on the trust list, so the name is claimed and not verified': 'le signataire ne figure pas sur la liste de confiance, le nom est donc allégué et non vérifié',
  'there is no trust list here, so the name is claimed and not verified': 'il n’y a pas de liste de confiance ici, le nom est donc allégué et non vérifié',
  'the signer is on the trust list, but the history does not keep all rules of its format':
    'le signataire figure sur la liste de confiance, mais l’historique ne respecte pas toutes les règles de son format',
  'The history has a gap: an earlier state of the picture (Content Credentials of {signer}) was altered before the next step was signed.':
    'L’historique a une lacune : un état antérieur de l’image (Content Credentials de {signer}) a été altéré avant la signature de l’étape suivante.',
  'Who signed the Content Credentials was not checked: there is no trust list here. Without one, a camera’s signature and one that anybody made for themselves look the same.':
    'Le signataire des Content Credentials n’a pas été vérifié : il n’y a pas de liste de confiance ici. Sans elle, la signature d’un appareil et celle que n’importe qui s’est fabriquée se ressemblent.',
  'The file carries Content Credentials (C2PA), a signed history of its making, which could not be read.':
    'Le fichier porte des métadonnées de provenance (Content Credentials, C2PA), un historique signé de sa création, qui n’ont pas pu être lues.',
  'They are too large to be verified here.': 'Elles sont trop volumineuses pour être vérifiées ici.',
  'Verifying them took too long.': 'Leur vérification a pris trop de temps.',
  'They are damaged, or made in a way that can’t be made sense of.': 'Elles sont endommagées, ou construites d’une manière incompréhensible.',
  'They hold no manifest.': 'Elles ne contiennent aucun manifeste.',
  'They can’t be verified here in a file of this kind ({mediaType}).': 'Elles ne peuvent pas être vérifiées ici dans un fichier de ce type ({mediaType}).',
  'They are damaged, or not where such a file keeps them.': 'Elles sont endommagées, ou ne se trouvent pas là où un tel fichier les conserve.',
  'The file says that its Content Credentials are kept at {address}. Addresses that stand in a file are not called from here; whoever trusts this one can verify them there.':
    'Le fichier indique que ses Content Credentials sont conservées à {address}. Les adresses inscrites dans un fichier ne sont pas appelées d’ici ; qui fait confiance à celle-ci peut les y vérifier.'
} as const
