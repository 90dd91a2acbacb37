"""How many decimal places an amount of a currency may have; a test compares it with the reports' own table."""

_NONE = "bif clp djf gnf jpy kmf krw mga pyg rwf uyi vnd vuv xaf xof xpf"
_TWO = """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob bov brl bsd btn bwp byn bzd cad cdf che chf chw
    clf cny cop cou crc cuc cup cve czk dkk dop dzd egp ern etb eur fjd fkp gbp gel ghs gip gmd gtq gyd hkd hnl hrk htg
    huf idr ils inr irr isk jmd kes kgs khr kpw kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mru mur mvr mwk mxn
    mxv myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sdg sek sgd shp sle sll sos
    srd ssp stn svc syp szl thb tjs tmt top try ttd twd tzs uah ugx usd usn uyu uyw uzs ved ves wst xcd xcg yer zar zmw
    zwg zwl
"""
_THREE = "bhd iqd jod kwd lyd omr tnd"

EXPONENTS = {code: places for places, codes in ((0, _NONE), (2, _TWO), (3, _THREE)) for code in codes.split()}
