// A space of its own for each test in apns-sim, a simulator of Apple Push Notification service: a
// team with a key, a certificate, apps and devices, which no other test sees.
export { ControlError } from './control.js';
export { NotDelivered } from './failure.js';
export { openSpace } from './space.js';
