"""Words about names: given names common enough to tell a person's name from other pairs of capitalised words, and words
that are no part of a name whatever label stands before them.

Facts, no judgement: `checks/field.py` decides. Given names that are everyday English words in capitals as well (May,
Will, Mark, Rose, Grace) are in only where the word rarely begins a title of two words.
"""

GIVEN_NAMES = frozenset(
    """
    aaron abby abdul abdullah abigail abraham adam adele adrian adriana agnes agnieszka ahmad ahmed aidan aileen
    aisha akira alain alan albert alberto alejandra alejandro aleksander aleksandra alessandra alessandro alex alexa
    alexander alexandra alexandre alexandria alexis alfonso alfred alfredo ali alice alicia alina alison allan allen
    allison alma alvaro alvin alyssa amanda amber amelia amina amir amit amy ana anand andre andrea andreas andrei
    andres andrew andy angel angela angelica angelina angelo anil anita anja ann anna anne annette annie anthony
    antje antoine antonia antonio anton anya april ariana arjun arnold arthur arturo arun asha ashley ashok astrid
    audrey austin ava barbara barry bart beata beatrice beatriz becky belinda ben benjamin bernadette bernard bernd
    bernice bertha beth bethany betty beverly bianca bill billy bjorn bob bobby bonnie boris brad bradley brandi
    brandon brandy brenda brendan brent brett brian brianna bridget britta brittany bruce bruno bryan byron caitlin
    caleb calvin cameron camila camille candace candice carina carl carla carlo carlos carmela carmen carol carole
    carolina caroline carolyn carrie casey cassandra catalina catherine cathy cecilia cedric celia celine cesar chad
    chandra charlene charles charlie charlotte chelsea cheryl chiara chloe chris christa christian christiane
    christina christine christoph christophe christopher cindy claire clara clarence claude claudia claudine clayton
    clemens clement cody colin colleen connie conrad constance corey cornelia courtney craig cristian cristina
    crystal curtis cynthia dagmar daisy damian dan dana daniel daniela daniele danielle danny darlene darrell darren
    dave david dawn dean debbie deborah debra deepak deepika denis denise dennis derek derrick desmond diana diane
    diego dieter dietmar dimitri dirk dolores dominic dominik dominique don donald donna dora doreen doris dorothea
    dorothy doug douglas duane dustin dwayne dwight dylan earl eddie edgar edith eduardo edward edwin eileen elaine
    eleanor elena eli elias elisa elisabeth elise elizabeth elke ella ellen elliot elmer elsa elsie emil emilia
    emilie emily emma emmanuel enrico enrique eric erica erich erik erika erin ernest esteban estelle esther ethan
    ethel etienne eugene eugenia eva evan evelyn fabian fabio fatima federica federico felicia felipe felix fernanda
    fernando filippo fiona flora florence florian frances francesca francesco francis francisca francisco franco
    francois françois françoise frank franz fred frederic frederick frédéric frida friedrich fritz gabriel gabriela
    gabriele gabrielle gail gareth gary gavin geoffrey george georg georges gerald geraldine gerard gerardo gerd
    gerhard gertrude giacomo gianluca gilbert gina giorgio giovanna giovanni giulia giuseppe gladys glenda glenn
    gloria gordon greg gregory greta gretchen guido guillaume guillermo gunther gustavo guy hannah hanna hans harald
    harold harriet harry hassan hazel heather hector heidi heike heinrich heinz helen helena helene helga helmut
    henri henrik henry herbert herman hilary hilda holger holly horst howard hubert hugh hugo ian ibrahim ida
    ignacio igor ilse imran ines inga inge ingrid irene irina irma isaac isabel isabella isabelle ismail ivan ivana
    jack jackie jackson jacob jacqueline jacques jaime jake jakob jakub james jamie jan jana jane janet janice
    janine jared jasmine jason javier jay jean jeanette jeanne jeff jeffery jeffrey jenna jennifer jenny jens jeremy
    jerome jerry jesse jessica jesus jill jim jimmy joachim joan joana joanna joanne joao joão joaquin jochen jodi
    joe joel joerg johan johann johanna johannes john johnny jolanda jon jonas jonathan jordan jorge jose josé josef
    joseph josephine josh joshua joy joyce juan juana juanita judith judy jules julia julian juliana julie julien
    julio june jurgen jürgen justin kai kaitlyn karen karin karina karl karla katarzyna kate katharina katherine
    kathleen kathryn kathy katie katja katrin kay kayla keith kelly ken kenneth kerry kerstin kevin khalid kim
    kimberly klaus konrad kristen kristin kristina kristine krzysztof kumar kurt kyle lakshmi lance larry lars
    laszlo latoya laura lauren laurence laurent laurie lawrence lea leah lee leila lena leo leon leonard leonardo
    leroy leslie lewis liam lillian lily linda lindsay lindsey lisa liz lloyd lois loretta lori lorraine louis
    louise luc luca lucas lucia luciano lucie lucille lucy ludwig luigi luis luisa lukas luke lydia lynn mackenzie
    madeleine madison maggie magdalena mahmoud malcolm manfred manuel manuela marc marcel marcela marcia marco
    marcos marcus margaret margarita margit margot maria marian mariana marianne marie marilyn marina mario marion
    marisa marjorie markus marlene marsha marta martha martin martina marvin mary maryam massimo mathias mathieu
    mathilde matt matteo matthew matthias matthieu maureen maurice mauricio max maxime maximilian megan mehmet
    melanie melinda melissa melvin mercedes meredith mia micah michael michaela micheal michel michele michelle
    miguel mike mikhail mildred milan milena miranda miriam mitchell mohamed mohammad mohammed moises mona monica
    monika monique morgan muhammad mustafa myra nadia nadine nancy naomi natalia natalie natasha nathalie nathan
    nathaniel neil nelson nicholas nick nicola nicolas nicole nigel nikita nikolai nina noah noel noemi nora norbert
    norma norman olaf oleg olga oliver olivia olivier omar oscar oskar otto owen pablo pamela paola paolo parker
    pascal pat patrice patricia patrick patrizia paul paula paulette pauline paulo pavel pedro peggy penelope penny
    perry peter petra philip philipp philippe phillip phyllis pierre pietro piotr pooja priscilla priya rachel
    rafael raj rajesh ralf ralph ramon ramona randall randy raphael raquel rashid raul ravi ray raymond rebecca
    regina reinhard renata renate rené renee reinhold ricardo riccardo richard rick ricky rita robert roberta
    roberto robin rodney rodrigo roger rohan roland rolf roman ron ronald ronnie rosa rosalie rosario rosemarie
    rosemary ross roxanne roy ruben rudolf rupert russell ruth ryan sabine sabrina said sally salma salvador
    salvatore sam samantha samir samuel sandra sandro sandy sanjay santiago sara sarah sascha scott sean sebastian
    sergei sergio seth shane shannon sharon shaun shawn sheila shelby sherry shirley sidney siegfried sigrid silke
    silvia simon simona simone sofia sonia sonja sophia sophie stacey stacy stanley stefan stefanie stefano stella
    stephan stephanie stephen steve steven stuart sue sunil suresh susan susana susanne suzanne sven svetlana sylvia
    sylvie tamara tammy tanja tanya tara tatiana ted teresa terrance terrence terry thea thelma theo theodore
    theresa therese thierry thomas thorsten tiffany tim timothy tina tobias todd tom tomas tommy toni tony tracey
    tracy travis tristan troy tyler ulrich ulrike umberto ursula uwe valentina valerie vanessa vera vernon veronica
    veronika vicki vicky victor victoria vijay vikram vincent vincenzo viola violet virginia vivian vladimir volker
    walter wanda warren wayne wei wendy werner wesley wilhelm willem william willie wolfgang xavier yan yang yasmin
    yolanda yuki yusuf yves yvette yvonne zachary zoe zoë jennie jeannette jody latisha shauna tonya ebony kendra
    krista marcy gwen gwendolyn hiroshi kenji takashi haruto yuto sakura mei ling xiao jun chen chidi ngozi
    oluwaseun amara kwame fatou moussa aminata lorenzo gianni sander pieter joost maarten bram femke anouk sanne
    jeroen wouter marijke hendrik cornelis thijs lotte
    """.split()
)

NOT_NAMES = frozenset(
    """
    the a an and or not is are was be been has have had will would can could should must may might shall does do did
    this that these those it its your our their his her my of to in on at by for from with without within into onto
    if then else when while where which who whom whose what how why all any each every no none only also more most
    less least other another same such than so as but unless until before after above below between over under name
    names first last middle full given family surname forename title value values string text field fields column
    columns row rows table type types object class function method variable argument parameter property attribute
    option options default optional required invalid valid missing empty blank unknown null undefined none true
    false number numbers integer date time datetime year month day week hour minute second id identifier key keys
    index list array dict map set tuple data file files path folder directory url uri link host server client
    service system process thread task job queue event message error warning info debug log trace user users
    username admin administrator root guest account accounts customer customers patient patients employee employees
    member members contact contacts person people company organization organisation department team group role
    permission password token secret api app application web site page view model controller module package library
    framework project product products item items order orders price total amount count size length width height
    color style test tests testing example sample demo dummy placeholder foo bar baz qux lorem ipsum enter please
    select choose click submit save delete update create add remove edit new old current previous next start end
    begin stop open close read write send receive get post put patch head http https html css json xml yaml csv sql
    email mail phone address street city state country zip code postal region birth gender sex male female age note
    notes comment comments description summary detail details status active inactive enabled disabled pending
    approved rejected completed failed success input output result results response request query search filter sort
    version release build config configuration setting settings environment production development staging local
    remote public private internal external information section chapter form label hint help usage see about home
    login logout sign register profile dashboard field's unspecified anonymous character characters letter letters
    word words sentence code codes source target button checkbox window screen menu header footer body content image
    icon node tree graph edge layer level schema database store storage cache memory disk cpu network port protocol
    session cookie browser device mobile desktop business corporate inc llc ltd gmbh corp bank hospital clinic
    university school institute foundation street avenue redacted masked hidden n/a tbd todo resource template
    policy rule rules action actions category insurance plan charfield textfield datefield emailfield integerfield
    varchar char nullable boolean bool int str float numeric unicode ascii utf display widget component container
    plugin extension driver provider handler manager factory builder parser serializer validator converter adapter
    wrapper helper util utils common core base abstract generic maximum minimum max min average sum percent rate
    ratio score rank priority severity weight
    medical center centre health healthcare laboratory laboratories pharmacy radiology cardiology oncology pediatrics
    paediatrics orthopedics surgical dialysis hospice nursing rehabilitation imaging diagnostics diagnostic physicians
    associates regional community memorial hospitals clinics polyclinic infirmary sanatorium krankenhaus klinikum klinik
    uniklinik universitätsklinikum praxis gemeinschaftspraxis apotheke hôpital clinique pharmacie ospedale clínica
    ziekenhuis apotheek llp
    pllc plc withdrawn deprecated retired obsolete reserved designation corporation incorporated association authority
    ministry medicare medicaid systems
    """.split()
) - {
    "will",
    "may",
    "mark",
    "page",
    "guest",
    "bar",
    "root",
    "map",
    "street",
    "bank",
    "head",
    "post",
    "close",
    "day",
    "price",
    "edge",
}
