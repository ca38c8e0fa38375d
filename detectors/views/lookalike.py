"""Letters and digits of other scripts drawn like ASCII ones: data for `fold.py`.

The single-character part of Unicode's confusables (UTS 39) for scripts whose letters pass for Latin ones, and small
capitals. Scripts that people write prose in with other shapes (Arabic, Hebrew, Indic, Han) are left out.
"""

LOOKALIKES = (
    # Cyrillic
    "АAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSԌGԚQԜWҮYаaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwгrкkпnвbмmтtиuЗ3Ьbб6ѡwѴVѵvүyҽeӀlӏiӠ3Ꙅ2ꙇi"
    # Greek and Coptic
    "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXαaγyιiκkνvοoρpτtυuχxͿJσoϜFϳjϹCϺMϲcⲎHⲒIⲔKⲘMⲚNⲞOⲟoⲢPⲣpⲤCⲥcⲦTⲨYⲬX"
    # Armenian
    "օoսuոnհhցgյjՏSՕOՍUաwգqզqռnքf"
    # Cherokee and Lisu
    "ᎠDᎡRᎢTᎥiᎩYᎪAᎫJᎬEᎳWᎷMᎻHᎽYᏀGᏂhᏃZᏎ4ᏏbᏒRᏔWᏕSᏙVᏚSᏞLᏟCᏢPᏦKᏧdᏮ6ᏳGᏴB"
    "ꓐBꓑPꓒdꓓDꓔTꓖGꓗKꓙJꓚCꓜZꓝFꓟMꓠNꓡLꓢSꓣRꓦVꓧHꓪWꓫXꓬYꓮAꓰEꓲIꓳOꓴU"
    # Latin letters of alphabets other than ours, and small capitals
    "ıiɑaɡgɩiʋuᴑoꞲJꞳXꞴBƷ3Ʒ3Ƽ5Ȣ8ȣ8Ȝ3ɯw"
    "ᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpꞯqʀrꜱsᴛtᴜuᴠvᴡwʏyᴢz"
)
"""Pairs of look-alike and ASCII character."""

ENCLOSED = (
    *((0x2460 + n, str(n + 1)) for n in range(20)),  # circled numbers
    *((0x2474 + n, str(n + 1)) for n in range(20)),  # in parentheses
    *((0x2488 + n, str(n + 1)) for n in range(20)),  # with a full stop
    *((0x24EB + n, str(n + 11)) for n in range(10)),
    *((0x24F5 + n, str(n + 1)) for n in range(10)),
    *((0x2776 + n, str(n + 1)) for n in range(10)),
    *((0x2780 + n, str(n + 1)) for n in range(10)),
    *((0x278A + n, str(n + 1)) for n in range(10)),
    *((0x1F101 + n, str(n)) for n in range(10)),  # with a comma
    (0x24FF, "0"),
    (0x1F100, "0"),
    (0x1F10B, "0"),
    (0x1F10C, "0"),
    *((0x249C + n, chr(97 + n)) for n in range(26)),
    *((start + n, chr(65 + n)) for start in (0x1F110, 0x1F130, 0x1F150, 0x1F170, 0x1F1E6) for n in range(26)),
)
"""Code points of numbers and letters in circles, squares and parentheses, and what is written in them."""
