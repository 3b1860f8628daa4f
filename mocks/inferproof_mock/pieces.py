"""The word pieces of the simulated model: common English words, endings, and the punctuation that JSON is made of."""

from __future__ import annotations

from collections.abc import Iterator

_WORDS = """
a able about above accept account across act action active add address after again against age ago agree air all
allow almost along already also always am among amount an and animal annual another answer any anyone anything apart
appear apple are area argue arm around array arrive art article as ask asked at attention author available average
away baby back bad bag balance ball bank bar base based basic be beautiful became because become bed been before
began begin beginning behind being believe below best better between beyond big bird bit black blue board boat body
book boolean both bottle bottom box boy branch bread break bright bring broad brother brought brown build building
built business busy but button buy by call called calm came can cannot capital car card care careful carry case cat
category cause celsius center central century certain chair chance change channel chapter charge chat cheap check
child children choice choose church circle city claim class clean clear close cloud code coffee cold collect color
column come comment common company compare complete computer concern condition confirm connect consider contain
content context continue control cook cool copy corner correct cost could count country couple course cover create
credit cross cup currency current curve customer cut daily dark data date day dear decide deep default degree delay
deliver demand describe description design desk detail develop device did differ different difficult dinner direct
direction discover discuss distance do doctor does dog done door double down draw dream dress drink drive drop dry
due during each early earth ease east easy eat edge effect eight either else email empty end energy engine enjoy
enough enter entire entry equal error even evening event ever every everyone everything exact example except expect
explain extra eye face fact fahrenheit fair fall false family far farm fast father favorite fear feature feel feet
fell felt few field fifteen fight figure file fill film final find fine finish fire first fish fit five fix flat
floor flow flower fly focus follow food foot for force forecast forget form forward found four fox free fresh friend
friendly from front fruit full function fun future game garden gave general gentle get girl give glad glass go goal
gold gone good got grand grass great green grew ground group grow guess guest guide had hair half hall hand happen
happy hard has hat have he head health hear heard heart heat heavy held hello help helpful her here high hill him
himself his history hold home hope horse hot hotel hour house how however human hundred hungry i ice id idea if
image imagine important in inch include indeed index information input inside instead interest into is island issue
it item its itself job join journey joy jump jumps just keep kept key kind king kitchen knew know known lady lake
land language large last late later laugh law lazy lead learn least leave left leg less let letter level life light
like likely limit line list listen little live local location lone long look lost lot loud love low lower lunch made
main make man manage many map mark market material matter may maybe me meal mean meaning measure meet member memory
men menu message met metal method middle might mile milk million mind minor minute miss mock model modern moment
money month moon more morning most mother mountain mouth move much music must my name narrow nature near nearly need
negative neither network never new news next nice night nine no none nor north not note nothing notice now null
number object ocean of off offer office often oil old on once one only open opinion option or orange order other our
out outside over own page paint pair paper parameter parent park part particular party pass past path pattern pay
peace pen people per perfect perhaps period person phone photo phrase picture piece place placeholder plain plan
plane plant play pleasant please point policy polite poor popular positive possible post power present president
press pretty price print private problem process produce product program progress promise property provide public
pull pure purpose push put quality quantity question quick quickly quiet quite race rain raise ran range rate rather
reach read ready real really reason receive record red region remember repeat reply report request require response
rest result return rich ride right rise river road rock role room root rough round row rude rule run safe said sail
salt same sample sand sat save saw say scale scene school science score sea search season seat second see seed seem
seen self sell send sense sent sentence series serve server service set seven several shall shape share she ship
shop short should show side sight sign silent similar simple simulated since sing single sister sit six size skill
skin sky sleep slow slowly small smile snow so soft some someone something song soon sort sound source south space
speak special speech speed spell spend spoke sport spring square stand star start state station status stay step
still stone stood stop store story straight strange street string strong student study style subject such sudden
sugar suggest sum summary summer sun sunny sure surface surprise sweet swim system table tail take talk tall task
taste teach team tell temperature ten term test text than thank thanks that the their them then there these they
thing think third this those though thought thousand three through throw thus time tiny title to today together
token told tomorrow too took tool top total touch toward town track trade train travel tree trip trouble true trust
try turn twelve twenty two type uncle under understand unit until up upon us use used useful user usual value
various very view village visit voice wait walk wall want warm was wash watch water wave way we wear weather week
weight welcome well went were west what whatever wheel when whenever where whether which while white who whole whose
why wide wife wild will win wind window winter wish with within without woman women wonder wood word words wore work
world worry would write wrong wrote year yellow yes yesterday yet you young your yourself zero
"""

_CAPITALS = """
A About After All Also Am An And Any Are As Ask At Be Because But By Can Come Could Do Does Each Every Find First For
From Get Give Go Good Great Happy Have He Hello Help Her Here Hi His How However I If In Is It Just Let Like Look Make
Maybe May More Most My Name Never New Next No Not Now Of Oh On Once One Only Or Other Our Out Please Read Say See She
Should So Some Take Tell Thank Thanks That The Their Then There These They Think This Those To Today Tomorrow True Try
Two Until Up Use Very Was We Welcome Well Were What When Where Which While Who Why Will With Words Would Write Yes You
Your Paris London Berlin Tokyo Boston Monday Friday Sunday January Pi AI API JSON
"""

_ENDINGS = """
's 't 're 've 'll 'm s es ed ing er ers est ly ion tion ation ment ness able ible al ial ful less ous ive ity ty y ies
ance ence ant ent ism ist ize ise ure age ex un re de pre pro con com dis mis sub inter over st th ch sh ck ng qu ea oo
ee ou an en in on ar or ir ur at it is as el le il ol ab ad am ap av et op
"""

_MARKS = (
    *('{"', '"}', '"]', '["', '":', '": ', '": "', '": {', '": {"', '": [', '": ["', '", "', '", ', '"}, "', '"}, {"'),
    *('}, "', '}, {"', "}}", "]}", "{}", "[]", "[{", "}]", '""', '"."', '":"', '","', '":{"', '":["', "},"),
    *(": ", ", ", ". ", "! ", "? ", "; ", ".\n", "\n\n", "...", "  ", "    ", " (", ") ", ' "', '" ', '".', '?"', '!"'),
    *(" - ", "//", "://", "www.", ".com", ".org", "https", "@example", "T00:00:00Z", "00", "0.", "1.", " =", " +"),
    *("_id", "_name", "get_", "set_", "</", "/>", "<function=", "</function>", "```"),
)


WORDS = tuple(_WORDS.split())


def ordinary() -> Iterator[bytes]:
    """Every piece that is more than one byte long, once each, in a fixed order: its place decides its token id."""
    plain = [*WORDS, *_CAPITALS.split()]
    texts = [*(f" {word}" for word in plain), *plain, *_ENDINGS.split(), *_MARKS]
    yield from dict.fromkeys(text.encode() for text in texts if len(text) > 1)
