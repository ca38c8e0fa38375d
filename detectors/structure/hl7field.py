"""What the fields of HL7 version 2 segments hold: the data type of each that may tell of a person.

Data for `hl7.py`, which reads messages; rules name the positions that are worth a finding (v2.9, chapters 3, 4, 6, 10).
"""

from collections.abc import Mapping

TYPES: Mapping[str, Mapping[int, str]] = {
    "PID": {2: "CX", 3: "CX", 4: "CX", 5: "XPN", 6: "XPN", 7: "TS", 9: "XPN", 11: "XAD", 13: "XTN", 14: "XTN",
            18: "CX", 20: "CX", 21: "CX", 29: "TS", 40: "XTN"},
    "PD1": {4: "XCN"},
    "NK1": {2: "XPN", 4: "XAD", 5: "XTN", 6: "XTN", 12: "CX", 16: "TS", 26: "XPN", 30: "XPN", 31: "XTN", 32: "XAD",
            33: "CX", 40: "XTN", 41: "XTN"},
    "PV1": {5: "CX", 7: "XCN", 8: "XCN", 9: "XCN", 17: "XCN", 19: "CX", 44: "TS", 45: "TS", 50: "CX", 52: "XCN"},
    "PV2": {13: "XCN"},
    "MRG": {1: "CX", 2: "CX", 3: "CX", 4: "CX", 5: "CX", 6: "CX", 7: "XPN"},
    "GT1": {2: "CX", 3: "XPN", 4: "XPN", 5: "XAD", 6: "XTN", 7: "XTN", 8: "TS", 17: "XAD", 18: "XTN", 19: "CX",
            42: "XPN", 45: "XPN", 46: "XTN"},
    "IN1": {6: "XPN", 16: "XPN", 18: "TS", 19: "XAD", 49: "CX"},
    "IN2": {1: "CX", 7: "XPN", 22: "XPN", 26: "CX", 40: "XPN", 49: "XPN", 50: "XTN", 52: "XPN", 53: "XTN", 61: "CX",
            63: "XTN", 64: "XTN"},
    "IN3": {2: "CX", 8: "XCN", 14: "XCN", 25: "XCN"},
    "ORC": {10: "XCN", 11: "XCN", 12: "XCN", 14: "XTN", 19: "XCN"},
    "OBR": {10: "XCN", 16: "XCN", 17: "XTN", 28: "XCN", 32: "NDL", 33: "NDL", 34: "NDL", 35: "NDL"},
    "OBX": {16: "XCN", 25: "XCN"},
    "EVN": {5: "XCN"},
    "SCH": {12: "XCN", 13: "XTN", 16: "XCN", 17: "XTN", 20: "XCN"},
    "AIP": {3: "XCN"},
    "FT1": {20: "XCN", 21: "XCN"},
    "ROL": {4: "XCN", 12: "XTN"},
    "PRT": {5: "XCN", 14: "XAD", 15: "XTN"},
    "PRD": {2: "XPN", 5: "XTN"},
    "CTD": {2: "XPN", 3: "XAD", 5: "XTN"},
    "STF": {3: "XPN", 6: "TS", 10: "XTN", 11: "XAD"},
    "DG1": {16: "XCN"},
    "PR1": {8: "XCN", 11: "XCN", 12: "XCN"},
    "TXA": {5: "XCN", 9: "XCN", 10: "XCN", 11: "XCN", 22: "XCN"},
    "RXA": {10: "XCN"},
    "RXE": {13: "XCN"},
    "RXO": {14: "XCN"},
    "QRD": {8: "XCN"},
    "QPD": {3: "QPD"},
}  # fmt: skip

ID_TYPES = {
    "SS": "CX-SS", "SSN": "CX-SS", "DL": "CX-DL", "PPN": "CX-PPN", "AN": "CX-AN", "ANC": "CX-AN", "AC": "CX-AN",
    "VN": "CX-VN", "MC": "CX-MC", "MCR": "CX-MC", "MB": "CX-MB", "MA": "CX-MB", "MCD": "CX-MB", "SN": "CX-MB",
}  # fmt: skip
"""Identifier type codes (HL7 table 0203) that say more than the position does."""
