"""Payment QR codes: a banking app scans one to fill in a transfer.

For euros the *SEPA credit transfer* code of the European Payments Council (EPC069-12, version 002),
for zlotys the recommendation of the Polish Bank Association of 2013: NIP (empty), country, account,
amount in hundredths with six digits, name of 20 and title of 32 characters, three empty fields.
"""

from decimal import Decimal

import segno
from segno.helpers import make_epc_qr

from promosms.services.invoices.seller import Seller

UNITS = 10_000
MOST_EUROS = 99_999_999_999  # hundredths, as the EPC allows
LONGEST_NAME = 70
BIC_LENGTHS = (8, 11)
BORDER = 4  # modules of quiet zone around the code, as ISO/IEC 18004 demands


def svg(seller: Seller, currency: str, amount: int, reference: str) -> str:
    """The code as inline SVG, black on white in any colour scheme; "" for other currencies."""
    code = _code(seller, currency, amount // 100, reference)
    if code is None:
        return ""
    image: str = code.svg_inline(
        border=BORDER, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    return image


def _code(seller: Seller, currency: str, hundredths: int, reference: str) -> segno.QRCode | None:
    if currency == "EUR" and 0 < hundredths <= MOST_EUROS:
        amount = Decimal(hundredths) / 100
        name = seller.name[:LONGEST_NAME]
        bic = seller.bic if len(seller.bic) in BIC_LENGTHS else None  # optional inside SEPA
        return make_epc_qr(name, seller.iban, amount, text=reference, bic=bic, encoding="utf-8")
    if currency == "PLN" and seller.iban.startswith("PL") and 0 < hundredths < 10**6:
        fields = ["", "PL", seller.iban[2:], f"{hundredths:06}", seller.name[:20], reference[:32]]
        return segno.make_qr("|".join([*fields, "", "", ""]), error="m", encoding="utf-8")
    return None
