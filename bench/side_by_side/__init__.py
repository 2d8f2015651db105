"""Runs one load against several SFUs, one after another, and says what each packet costs them."""
