"""What technicians and collectors do at the machine (``kiosk service``, service.sock).

desk.py          takes one request at a time, refuses in words, says what is due
task.py          what every request is to the desk
accepting.py     what lies in a bin now is right (M-28)
known_mass.py    a scale checked, verified or adjusted with a known mass (M-18, M-19, M-31)
placing.py       a known mass is put on and taken off: how far did each scale move?
collecting.py    a bag is taken out and its books are closed (P7, M-34)
client.py        asks the running controller from another process
book.py          what was shown of each scale, across restarts
"""
