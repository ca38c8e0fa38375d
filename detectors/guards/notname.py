"""Words that are no part of a name, whatever label stands before them. Facts only: `checks/field.py` decides."""

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
