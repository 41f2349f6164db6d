import type { FakeTopics } from './fake-topics.js'

const people = [
  ['u_1', 'Ann Wren', 5],
  ['u_2', 'Ben Heron', 4],
  ['u_3', 'Chloé Swift', 7],
  ['u_4', 'Dario', 3],
  ['u_5', 'Edith Longlastname-Featherstonehaugh', 2],
  ['u_6', 'Farid', 1],
] as const

const talk = [
  ['u_2', 'Morning. Anybody up for a walk at noon?', 300],
  ['u_1', 'Yes!', 297],
  ['u_1', 'By the river, then coffee?', 296],
  ['u_3', 'I am on the train until half past eleven, so noon is just right. Start without me if it rains: I will find you at the usual place, the one with the wobbly table.', 120],
  ['u_2', 'The wobbly table it is.\nBring the small umbrella.', 40],
] as const

/** Something to look at: clicks by several people, rooms and a conversation. */
export function fillWithLife(topics: FakeTopics): void {
  const name = (id: string) => people.find(([each]) => each === id)?.[1] ?? id
  topics.buttons.slice(0, 5).forEach((button, i) => {
    for (const [id, person, weight] of people.slice(0, 6 - i)) {
      for (let n = 0; n < weight * (i === 0 ? 37 : 5 - i); n += 1) topics.hit({ id, name: person }, button.name)
    }
  })
  for (const room of ['Birdwatching', 'Lunch', 'A room with quite a long name indeed']) topics.createRoom(room)
  for (const [id, body, minutes_ago] of talk) topics.post('general', { id, name: name(id) }, body, Date.now() / 1_000 - minutes_ago * 60)
}
