"""PromoSMS REST 3.2: what plug-ins written for PromoSMS ask for, and what they are told."""
