// Reads a calendar from standard input with ical.js and prints its sessions as JSON.

import { readFileSync } from 'node:fs';
import ICAL from 'ical.js';

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, 'utf8')));
for (const zone of calendar.getAllSubcomponents('vtimezone')) {
  ICAL.TimezoneService.register(new ICAL.Timezone(zone));
}
const sessions = calendar.getAllSubcomponents('vevent').map((component) => {
  const event = new ICAL.Event(component, { strictExceptions: true });
  return {
    uid: event.uid,
    title: event.summary,
    status: component.getFirstPropertyValue('status'),
    sequence: event.sequence,
    zone: event.startDate.zone.tzid,
    wall: event.startDate.toString().replace('Z', ''),
    starts: event.startDate.toUnixTime(),
    ends: event.endDate.toUnixTime(),
  };
});
console.log(JSON.stringify({ name: calendar.getFirstPropertyValue('x-wr-calname'), sessions }));
