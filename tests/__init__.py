"""The promises of the machine, each as a test; nothing at run time imports from here."""
