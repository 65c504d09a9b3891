/** What is measured in the pixels, and in how they were compressed. */
export const pixels = {
  // Quality
  'The file has {megapixels, number} megapixels: {ground}.': 'Le fichier compte {megapixels, number} Mpx : {ground}.',
  'The file has {megapixels, number} megapixels, saved at JPEG quality {quality} (estimated): {ground}.':
    'Le fichier compte {megapixels, number} Mpx et a été enregistré en JPEG de qualité {quality} (estimation) : {ground}.',
  'good ground for an examination': 'une bonne base pour un examen',
  'traces of editing may have been lost to compression': 'la compression a pu effacer des traces de retouche',
  'little ground for an examination; a larger or less compressed version of the picture would show more':
    'une base médiocre pour un examen ; une version plus grande ou moins compressée de l’image en montrerait davantage',
  'The picture is so small that most measurements of its pixels say little or could not be made. A larger version would tell more.':
    'L’image est si petite que la plupart des mesures sur ses pixels disent peu de chose ou n’ont pas pu être faites. Une version plus grande en dirait plus.',
  'The picture is so strongly compressed that most traces of editing are gone. A version that was compressed less would tell more.':
    'L’image est si fortement compressée que la plupart des traces de retouche ont disparu. Une version moins compressée en dirait plus.',

  // How the JPEG was written
  'The picture is not a JPEG, so it has no compression tables that could tell which camera or program saved it. If it was made from a JPEG, that file would tell more.':
    'L’image n’est pas un JPEG : elle n’a donc pas de tables de quantification qui diraient quel appareil ou quel programme l’a enregistrée. Si elle provient d’un JPEG, ce fichier-là en dirait plus.',
  'The JPEG was last saved {how}.': 'Le JPEG a été enregistré pour la dernière fois {how}.',
  'The JPEG was last saved {how}, in the progressive form that web sites prefer.':
    'Le JPEG a été enregistré pour la dernière fois {how}, sous la forme progressive que préfèrent les sites web.',
  'at quality {quality} with the tables that most software uses': 'en qualité {quality} avec les tables de la plupart des logiciels',
  'with tables of its own (near to quality {quality}), as cameras and some programs do':
    'avec des tables qui lui sont propres (proches de la qualité {quality}), comme le font les appareils photo et certains programmes',
  'A note in it names what wrote it: {program}.': 'Une note qu’il contient nomme ce qui l’a écrit : {program}.',
  'It was written by {program}, or by a program that writes alike.': 'Il a été écrit par {program}, ou par un programme qui écrit de la même façon.',
  'It is compressed in the way of {program}.': 'Il est compressé à la manière de {program}.',
  'It is compressed in the way of {program}, at quality {quality} of {of}.': 'Il est compressé à la manière de {program}, en qualité {quality} sur {of}.',
  'It holds {marks}.': 'Il contient {marks}.',
  '{count, plural, one {A second picture is} other {# further pictures are}} stored behind the first ({width} × {height} pixels), as cameras and phones do with previews, bursts and brightness maps.':
    '{count, plural, one {Une deuxième image est enregistrée} other {# autres images sont enregistrées}} derrière la première ({width} × {height} pixels), comme les appareils photo et les téléphones le font pour les aperçus, les rafales et les cartes de luminosité.',
  '{bytes, plural, one {# byte stands} other {# bytes stand}} behind the picture, as some phones write them.':
    '{bytes, plural, one {# octet se trouve} other {# octets se trouvent}} derrière l’image, comme en écrivent certains téléphones.',
  'The file names a camera of {make}, but it was written by {program}, or by a program that writes alike: it is not the file that the camera wrote. Most published photographs were saved again; that is no manipulation.':
    'Le fichier nomme un appareil {make}, mais il a été écrit par {program}, ou par un programme qui écrit de la même façon : ce n’est pas le fichier produit par l’appareil. La plupart des photographies publiées ont été réenregistrées ; ce n’est pas une manipulation.',
  'GD, the picture library of PHP': 'GD, la bibliothèque d’images de PHP',
  'GIMP': 'GIMP',
  'FFmpeg': 'FFmpeg',
  'a program made with LEADTOOLS': 'un programme conçu avec LEADTOOLS',
  'a program made with Intel’s JPEG library': 'un programme conçu avec la bibliothèque JPEG d’Intel',
  'Adobe Photoshop': 'Adobe Photoshop',
  'Apple’s QuickTime': 'QuickTime d’Apple',
  'JPEGmini': 'JPEGmini',
  'jpeg-recompress, which makes pictures smaller for web sites': 'jpeg-recompress, qui allège les images pour les sites web',
  'eBay': 'eBay',
  'Wikimedia Commons, when it made a smaller copy': 'Wikimedia Commons, lors de la création d’une copie réduite',
  'a wiki, when it made a smaller copy': 'un wiki, lors de la création d’une copie réduite',
  'Facebook or Instagram': 'Facebook ou Instagram',
  'Adobe Photoshop (“Save for Web”)': 'Adobe Photoshop (« Enregistrer pour le web »)',
  'Adobe Photoshop or Lightroom': 'Adobe Photoshop ou Lightroom',
  'Adobe Lightroom or Camera Raw': 'Adobe Lightroom ou Camera Raw',
  'mozjpeg, an encoder that web sites use': 'mozjpeg, un encodeur utilisé par des sites web',
  'libjpeg, the library of most programs, web sites and some phones': 'libjpeg, la bibliothèque de la plupart des programmes, des sites web et de certains téléphones',
  'a camera of Canon': 'un appareil Canon',
  'an iPhone or another device of Apple': 'un iPhone ou un autre appareil d’Apple',
  'thermal data of a FLIR camera': 'des données thermiques d’une caméra FLIR',
  'thermal data of a Parrot drone': 'des données thermiques d’un drone Parrot',
  'a note of a Kodak camera': 'une note d’un appareil Kodak',
  'data of Scalado, a library of phones from before 2014': 'des données de Scalado, une bibliothèque des téléphones d’avant 2014',
  'a note of a Ricoh camera': 'une note d’un appareil Ricoh',
  'data of a GoPro camera': 'des données d’une caméra GoPro',
  'data of a Motorola phone': 'des données d’un téléphone Motorola',
  'a note of a Pentax camera': 'une note d’un appareil Pentax',
  'data of a Huawei phone': 'des données d’un téléphone Huawei',
  'data of a phone with a Qualcomm chip': 'des données d’un téléphone à puce Qualcomm',
  'data of Media Jukebox': 'des données de Media Jukebox',
  'data of a Samsung phone': 'des données d’un téléphone Samsung',
  'data of an Insta360 camera': 'des données d’une caméra Insta360',
  'edits made in a Nikon app': 'des retouches faites dans une application Nikon',
  'edits made in a Canon program': 'des retouches faites dans un programme Canon',
  'data of Photo Mechanic': 'des données de Photo Mechanic',
  'data of FotoStation': 'des données de FotoStation',
  'a short film, as phones keep it with a moving photograph': 'un court film, comme les téléphones en conservent avec une photographie animée',

  // The JPEG grid
  'Only a part of the picture shows the 8×8 blocks of an earlier JPEG. It may have been put in; in a screenshot, a page or a collage that is how it has to be.':
    'Seule une partie de l’image montre les blocs 8×8 d’un JPEG antérieur. Elle a pu être insérée ; dans une capture d’écran, une page ou un collage, c’est normal.',
  'A part of the picture was saved as JPEG in another grid of 8×8 blocks than the rest: it comes from another picture, or from another place in this one.':
    'Une partie de l’image a été enregistrée en JPEG selon une autre grille de blocs 8×8 que le reste : elle vient d’une autre image, ou d’un autre endroit de celle-ci.',
  'Marked: where the 8×8 blocks that JPEG compression leaves lie in another grid than in the rest of the picture, as those of a part from elsewhere do. The outline is rough, to about 16 pixels. What is not marked may still have been changed: blocks can’t be seen in fine texture, in even areas, or after the picture was compressed again.':
    'Marqué : là où les blocs 8×8 laissés par la compression JPEG suivent une autre grille que dans le reste de l’image, comme ceux d’une partie venue d’ailleurs. Le contour est approximatif, à 16 pixels près environ. Ce qui n’est pas marqué peut tout de même avoir été modifié : les blocs sont invisibles dans une texture fine, dans les zones unies, ou après une nouvelle compression de l’image.',
  'The picture was a JPEG before it was saved in a format without loss.': 'L’image était un JPEG avant d’être enregistrée dans un format sans perte.',
  'The picture was a JPEG before it was saved in a format without loss, and it was cropped or moved in between: its 8×8 blocks do not begin in the corner.':
    'L’image était un JPEG avant d’être enregistrée dans un format sans perte, et elle a été recadrée ou déplacée entre-temps : ses blocs 8×8 ne commencent pas dans le coin.',
  'The picture was a JPEG before it was saved again as one, and it was cropped or moved in between: its 8×8 blocks do not begin in the corner.':
    'L’image était déjà un JPEG avant d’être réenregistrée, et elle a été recadrée ou déplacée entre-temps : ses blocs 8×8 ne commencent pas dans le coin.',
  'Whether a part was saved in another JPEG grid before could hardly be looked at: saving the whole picture in its format lays its own traces over it.':
    'Il n’était guère possible d’examiner si une partie avait été enregistrée auparavant selon une autre grille JPEG : l’enregistrement de toute l’image dans son format y superpose ses propres traces.',
  'Whether a part was saved in another JPEG grid before could hardly be looked at: saving the whole picture in JPEG of about quality {quality} lays its own traces over it.':
    'Il n’était guère possible d’examiner si une partie avait été enregistrée auparavant selon une autre grille JPEG : l’enregistrement de toute l’image en JPEG de qualité {quality} environ y superpose ses propres traces.',
  'The picture has more than {megapixels, number} megapixels: only its middle was searched for parts that were saved in another JPEG grid.':
    'L’image compte plus de {megapixels, number} mégapixels : les parties enregistrées selon une autre grille JPEG n’ont été cherchées qu’en son milieu.',

  'A part of the picture lacks the JPEG traces that the rest has: it was put in, moved or painted over after the rest had been saved as JPEG. A sticker or a face made unrecognisable looks like that too.':
    'Une partie de l’image n’a pas les traces JPEG que porte le reste : elle a été insérée, déplacée ou repeinte après l’enregistrement du reste en JPEG. Un autocollant ou un visage rendu méconnaissable a le même aspect.',
  'Marked: where the traces that saving as JPEG left in the rest of the picture are missing, as they are in what was put in or painted over later. The outline is rough, to about 32 pixels. Drawings, stickers and pixelated faces look like that too. What is not marked may still have been changed: the traces can’t be seen in even areas.':
    'Marqué : là où manquent les traces qu’un enregistrement en JPEG a laissées dans le reste de l’image, comme elles manquent à ce qui a été inséré ou repeint ensuite. Le contour est approximatif, à 32 pixels près environ. Les dessins, les autocollants et les visages pixélisés ont le même aspect. Ce qui n’est pas marqué peut tout de même avoir été modifié : les traces sont invisibles dans les zones unies.',

  // Double compression
  'A part of the picture looks as if it had once been saved as JPEG at about quality {quality}, and the rest does not: it may come from another picture. Changes of light or sharpness all over the picture leave such parts as well.':
    'Une partie de l’image semble avoir été enregistrée une fois en JPEG de qualité {quality} environ, et le reste non : elle peut venir d’une autre image. Des changements de lumière ou de netteté sur toute l’image laissent aussi de telles parties.',
  'Dark: fits an earlier saving as JPEG at about quality {quality}, or is too even to tell. Bright: does not fit it. A dark shape with a clear edge where the picture has detail deserves a look, and is no proof by itself.':
    'Sombre : conforme à un enregistrement antérieur en JPEG de qualité {quality} environ, ou trop uni pour en juger. Clair : non conforme. Une forme sombre au bord net là où l’image a du détail mérite un regard, sans être une preuve à elle seule.',
  'The picture was saved as JPEG before, and then once more without being resized, as most published photographs were.':
    'L’image avait déjà été enregistrée en JPEG, puis l’a été de nouveau sans changement de taille (double compression), comme la plupart des photographies publiées.',
  'The picture was saved as JPEG before at about quality {quality}, and then once more without being resized, as most published photographs were.':
    'L’image avait déjà été enregistrée en JPEG de qualité {quality} environ, puis l’a été de nouveau sans changement de taille (double compression), comme la plupart des photographies publiées.',
  '{count, plural, one {A part of the picture was} other {# parts of the picture were}} added or changed after it had first been saved as JPEG: the traces of that first saving are everywhere else, but not there.':
    '{count, plural, one {Une partie de l’image a été ajoutée ou modifiée} other {# parties de l’image ont été ajoutées ou modifiées}} après un premier enregistrement en JPEG : les traces de cette première compression sont partout ailleurs, mais pas là.',
  'Marked: parts without the traces that a first saving as JPEG left everywhere else. They came in, or were painted over, after it. A caption, a date or a frame that was added honestly is marked as well; even and burnt-out parts can not be judged and are never marked.':
    'Marqué : les parties sans les traces qu’un premier enregistrement en JPEG a laissées partout ailleurs. Elles ont été ajoutées ou repeintes après lui. Une légende, une date ou un cadre ajoutés honnêtement sont marqués aussi ; les parties unies ou surexposées ne peuvent pas être jugées et ne sont jamais marquées.',
  'Dark: fits the earlier saving as JPEG, or is too even to tell. Bright: does not fit it. Single bright spots, burnt-out parts and sharp edges are in every picture; an even bright shape with a clear edge deserves a look, and is no proof by itself.':
    'Sombre : conforme au premier enregistrement en JPEG, ou trop uni pour en juger. Clair : non conforme. Des points clairs isolés, des parties surexposées et des contours nets existent dans toute image ; une forme claire et homogène au bord net mérite un regard, sans être une preuve à elle seule.',

  // Error level
  'Bright: changed much by saving once more at JPEG quality {quality} (white is {white, number} of 255 levels or more). Edges and fine texture are bright in every picture. Only a part that is much brighter or darker than others of the same texture deserves a closer look, and that is no proof either.':
    'Clair : fortement modifié par un nouvel enregistrement en JPEG de qualité {quality} (le blanc correspond à {white, number} sur une échelle de 255, ou plus). Les contours et les textures fines sont clairs dans toute image. Seule une partie bien plus claire ou plus sombre que d’autres de même texture mérite un examen, et ce n’est pas une preuve non plus.',
  'The error-level picture shows where saving the file once more as JPEG changes it most. It is for the eye and moves no verdict.':
    'L’image du niveau d’erreur montre où un nouvel enregistrement en JPEG modifie le plus le fichier. Elle est destinée à l’œil et ne pèse pas sur le verdict.',
  'This file keeps its pixels exactly and may never have been a JPEG: then the picture tells still less.':
    'Ce fichier conserve ses pixels exactement et n’a peut-être jamais été un JPEG : cette image en dit alors encore moins.',

  // Copy-move
  'So much of the picture repeats itself that not all of it was searched for parts that were copied within it.':
    'L’image se répète tellement que la recherche de parties copiées-déplacées n’a pas pu la couvrir en entier.',
  'The picture is too small to look for parts that were copied within it.': 'L’image est trop petite pour y chercher des parties copiées-déplacées.',
  '{count, plural, one {A part of the picture is} other {# parts of the picture are}} found again in another place of it, down to the noise, which things that only look alike do not share: it was copied within the picture.':
    '{count, plural, one {Une partie de l’image se retrouve} other {# parties de l’image se retrouvent}} ailleurs dans celle-ci, jusque dans le bruit, que des objets simplement semblables n’ont pas en commun : il s’agit d’un copier-déplacer à l’intérieur de l’image.',
  'Marked: two or more places that show the same, down to their noise. One of them was copied from the other; which is the original can not be told. What is not marked may have been changed in other ways.':
    'Marqué : deux endroits ou plus qui montrent la même chose, jusque dans le bruit. L’un a été copié à partir de l’autre ; on ne peut pas dire lequel est l’original. Ce qui n’est pas marqué peut avoir été modifié autrement.',
  'The places that show the same, one outlined in blue and its copy in orange (or the other way round), joined by lines between points that belong together.':
    'Les endroits qui montrent la même chose, l’un entouré en bleu et sa copie en orange (ou l’inverse), reliés par des lignes entre les points qui se correspondent.',

  // Noise
  'Whether its noise is of one piece could not be looked at: most of the picture has no noise, as after strong compression, in drawings and in renderings.':
    'L’homogénéité du bruit n’a pas pu être examinée : la plus grande partie de l’image est sans bruit, comme après une forte compression, dans les dessins et dans les images de synthèse.',
  'Whether its noise is of one piece could not be looked at: the picture is too small.': 'L’homogénéité du bruit n’a pas pu être examinée : l’image est trop petite.',
  'Whether its noise is of one piece could not be looked at: the picture is compressed too strongly.': 'L’homogénéité du bruit n’a pas pu être examinée : l’image est trop compressée.',
  'A part of the picture has much less noise than surfaces of the same brightness elsewhere. Phones, portrait and night modes, and backgrounds out of focus do that in honest pictures too, so it moves no verdict.':
    'Une partie de l’image a beaucoup moins de bruit que des surfaces de même luminosité ailleurs. Les téléphones, les modes portrait et nuit et les arrière-plans flous le font aussi dans des images honnêtes ; cela ne pèse donc pas sur le verdict.',
  'Marked: parts with clearly less noise than even surfaces of the same brightness elsewhere. A part from another picture can do that, and one that was smoothed or painted over; so do portrait mode, the smoothing of faces and skies by phones, night mode, and a background out of focus. It is a place to look at, and no proof.':
    'Marqué : les parties nettement moins bruitées que des surfaces unies de même luminosité ailleurs. Une partie venue d’une autre image peut l’expliquer, ou une partie lissée ou repeinte ; mais aussi le mode portrait, le lissage des visages et des ciels par les téléphones, le mode nuit et un arrière-plan flou. C’est un endroit à regarder, pas une preuve.',
  'The noise picture shows how strong noise and fine texture are in each part of the picture. It is for the eye and moves no verdict.':
    'L’image du résidu de bruit montre l’intensité du bruit et des textures fines dans chaque partie de l’image. Elle est destinée à l’œil et ne pèse pas sur le verdict.',
  'Bright: strong noise or fine texture (white is a standard deviation of {white, number} of 255 levels or more; equal steps of grey are equal ratios). Leaves, hair, fabric and print are bright in every picture, and skies, blurred backgrounds and what a phone has smoothed are dark. Only a part whose noise differs from that of like surfaces in the same light deserves a closer look, and that is no proof either.':
    'Clair : bruit fort ou texture fine (le blanc correspond à un écart type de {white, number} sur une échelle de 255, ou plus ; à pas de gris égaux, rapports égaux). Les feuillages, les cheveux, les tissus et les imprimés sont clairs dans toute image ; les ciels, les arrière-plans flous et ce qu’un téléphone a lissé sont sombres. Seule une partie dont le bruit diffère de celui de surfaces semblables sous la même lumière mérite un examen, et ce n’est pas une preuve non plus.',

  // Resampling
  'Whether the picture was resized could not be looked at: that takes at least {pixels} pixels a side.':
    'Le rééchantillonnage n’a pas pu être examiné : il faut au moins {pixels} pixels de côté.',
  'Whether the picture was resized could not be looked at: it is compressed too strongly.': 'Le rééchantillonnage n’a pas pu être examiné : l’image est trop compressée.',
  'Fine detail repeats as it does after resizing: the picture was probably resized, by a program, by the site that published it, or by the camera itself (digital zoom, stabilisation).':
    'Les détails fins se répètent comme après un redimensionnement : l’image a probablement été redimensionnée, par un programme, par le site qui l’a publiée ou par l’appareil lui-même (zoom numérique, stabilisation).',
  'Fine detail repeats as it does after resizing: the picture was probably enlarged to about {percent} % of its size, by a program, by the site that published it, or by the camera itself (digital zoom, stabilisation).':
    'Les détails fins se répètent comme après un redimensionnement : l’image a probablement été agrandie à environ {percent} % de sa taille, par un programme, par le site qui l’a publiée ou par l’appareil lui-même (zoom numérique, stabilisation).',
  'Fine detail repeats as it does after resizing: the picture was probably reduced to about {percent} % of its size, by a program, by the site that published it, or by the camera itself (digital zoom, stabilisation).':
    'Les détails fins se répètent comme après un redimensionnement : l’image a probablement été réduite à environ {percent} % de sa taille, par un programme, par le site qui l’a publiée ou par l’appareil lui-même (zoom numérique, stabilisation).',
  'That is common and no sign of a forgery, but this is not what the sensor saw.': 'C’est courant et ce n’est pas un signe de falsification, mais ce n’est pas ce que le capteur a vu.',
  'How strongly fine detail repeats, by frequency: across the picture above, down the picture below. Single tall lines at the same places in both come from resizing; the regular ones at every sixteenth of the scale come from JPEG. It says nothing about whether the picture was altered in any other way.':
    'Intensité de la répétition des détails fins, par fréquence : dans la largeur de l’image en haut, dans sa hauteur en bas. Des raies hautes et isolées aux mêmes endroits dans les deux viennent d’un redimensionnement ; les raies régulières à chaque seizième de l’échelle viennent du JPEG. Cela ne dit rien d’une autre altération de l’image.',

  // The small copy in the file
  'The camera’s small copy of the picture is damaged and could not be compared with it.': 'La vignette de l’image enregistrée par l’appareil est endommagée et n’a pas pu lui être comparée.',
  'A part of the picture is lighter, darker or of another colour than in the small copy inside of the file: it was developed or retouched after the copy was made.':
    'Une partie de l’image est plus claire, plus sombre ou d’une autre couleur que dans la vignette contenue dans le fichier : elle a été développée ou retouchée après la création de la vignette.',
  'A smaller picture that is stored behind the picture shows something else in a part of it. It may be a copy from before a change, or another frame of the same moment, as phones and cameras keep them: look at both.':
    'Une image plus petite, enregistrée derrière l’image, montre autre chose dans une partie de celle-ci. Il peut s’agir d’une copie d’avant une modification, ou d’une autre prise du même moment, comme les téléphones et les appareils en conservent : regardez les deux.',
  'The small copy inside of the file shows something else in a part of the picture, and the same in the rest: there the picture was changed afterwards, and the copy was left as it was.':
    'La vignette contenue dans le fichier montre autre chose dans une partie de l’image, et la même chose dans le reste : à cet endroit, l’image a été modifiée par la suite et la vignette est restée telle quelle.',
  'It was cropped as well.': 'Elle a aussi été recadrée.',
  'The small copy inside of the file shows the same as the picture, as far as so small a copy can tell.':
    'La vignette contenue dans le fichier montre la même chose que l’image, autant qu’une si petite copie permette d’en juger.',
  'The small copy inside of the file shows more than the picture: strong evidence that the picture was cropped after it was taken, which is common and no manipulation by itself. See what was cut off.':
    'La vignette contenue dans le fichier montre plus que l’image : un indice fort que l’image a été recadrée après la prise de vue, ce qui est courant et n’est pas en soi une manipulation. Voyez ce qui a été coupé.',
  'The small copy inside of the file shows something else than the picture: the picture was changed afterwards or made from several, and the copy was left as it was.':
    'La vignette contenue dans le fichier montre autre chose que l’image : l’image a été modifiée par la suite ou composée de plusieurs, et la vignette est restée telle quelle.',
  'Marked: where the small copy inside of the file shows something else than the picture. What is not marked agrees as far as so small a copy can tell.':
    'Marqué : là où la vignette contenue dans le fichier montre autre chose que l’image. Ce qui n’est pas marqué concorde, autant qu’une si petite copie permette d’en juger.',
  'Left: the small copy that stands in the file, enlarged. Right: the picture as it is now.': 'À gauche : la vignette contenue dans le fichier, agrandie. À droite : l’image telle qu’elle est maintenant.',
  'The frames mark where they show different things: there the picture was changed after the copy was made.':
    'Les cadres marquent là où elles montrent des choses différentes : l’image y a été modifiée après la création de la vignette.',
  'Where they show different things, the picture was changed after the copy was made.':
    'Là où elles montrent des choses différentes, l’image a été modifiée après la création de la vignette.'
} as const
