"""A space of its own for each test in apns-sim, a simulator of Apple Push Notification service: a team
with a key, a certificate, apps and devices, which no other test sees.

With pytest, ask for the fixture `space`, or for `open_space` to choose the environment, the topics and the number of
devices. Without pytest, use `Space` as a context manager. If no simulator runs, one is started."""

from .control import ControlError
from .simulator import NoSimulator
from .space import Device, Fault, NotDelivered, Space

__all__ = ["ControlError", "Device", "Fault", "NoSimulator", "NotDelivered", "Space"]
