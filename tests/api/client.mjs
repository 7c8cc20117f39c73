// @qdrant/js-client-rest, unmodified, against the server at argv[2], in the collection argv[3].
// Its exit status is not 0 when an answer is not as expected. The client is found beside the
// folder argv[4], which holds node_modules.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , url, name, modules] = process.argv;
const find = createRequire(pathToFileURL(`${modules}/`));
const { QdrantClient } = find('@qdrant/js-client-rest');

const client = new QdrantClient({ url });
const ids = (points) => points.map((point) => point.id);

assert.equal(await client.createCollection(name, {
  vectors: { meaning: { size: 3, distance: 'Cosine' } },
  sparse_vectors: { words: {} },
}), true);
assert.equal((await client.collectionExists(name)).exists, true);
assert.ok((await client.getCollections()).collections.some((one) => one.name === name));

const uuid = '5c56c793-69f3-4fbf-87e6-c4bf54c28c26';
const written = await client.upsert(name, {
  wait: true,
  points: [
    { id: 1, vector: { meaning: [1, 0, 0], words: { indices: [3, 9], values: [1, 2] } }, payload: { city: 'Oslo', n: 1 } },
    { id: 2, vector: { meaning: [0, 1, 0], words: { indices: [9], values: [1] } }, payload: { city: 'Lima', n: 2 } },
    { id: uuid, vector: { meaning: [1, 1, 0], words: { indices: [5], values: [4] } }, payload: { city: 'Oslo', n: 3 } },
  ],
});
assert.equal(written.status, 'completed');
await client.upsert(name, {
  wait: true,
  batch: { ids: [4, 5], vectors: { meaning: [[0, 0, 1], [0, 1, 1]] }, payloads: [{ n: 4 }, { n: 5, list: [1, 2] }] },
});
assert.equal((await client.count(name, { exact: true })).count, 5);

const dense = await client.query(name, { query: [1, 0.1, 0], using: 'meaning', limit: 2, with_payload: true });
assert.deepEqual(ids(dense.points), [1, uuid]);
assert.equal(dense.points[0].payload.city, 'Oslo');
const sparse = await client.query(name, {
  query: { indices: [9, 5], values: [1, 0.25] }, using: 'words', params: { exact: true },
});
assert.deepEqual(sparse.points.map(({ id, score }) => [id, score]), [[1, 2], [2, 1], [uuid, 1]]);
const hybrid = await client.query(name, {
  prefetch: [
    { query: [0, 1, 0], using: 'meaning', limit: 5 },
    { query: { indices: [9], values: [1] }, using: 'words', limit: 5 },
  ],
  query: { fusion: 'rrf' },
  filter: { must: [{ key: 'n', range: { lte: 3 } }] },
});
assert.deepEqual(ids(hybrid.points), [2, 1, uuid]);
const batch = await client.queryBatch(name, { searches: [
  { query: [0, 0, 1], using: 'meaning', limit: 1 },
  { query: 1, using: 'meaning', limit: 1 },
] });
assert.deepEqual(batch.map((one) => ids(one.points)), [[4], [uuid]]);
const groups = await client.queryGroups(name, { query: [1, 0, 0], using: 'meaning', group_by: 'city', group_size: 2 });
assert.deepEqual(groups.groups.map((one) => [one.id, ids(one.hits)]), [['Oslo', [1, uuid]], ['Lima', [2]]]);

await client.createPayloadIndex(name, { field_name: 'city', field_schema: 'keyword', wait: true });
const facet = await client.facet(name, { key: 'city' });
assert.deepEqual(facet.hits.map(({ value, count }) => [value, count]), [['Oslo', 2], ['Lima', 1]]);
await client.deletePayloadIndex(name, 'city', { wait: true });

await client.setPayload(name, { payload: { seen: true }, points: [1], wait: true });
await client.deletePayload(name, { keys: ['n'], points: [1], wait: true });
await client.overwritePayload(name, { payload: { only: 1 }, points: [2], wait: true });
await client.clearPayload(name, { points: [4], wait: true });
await client.updateVectors(name, { points: [{ id: 4, vector: { meaning: [1, 2, 3] } }], wait: true });
await client.deleteVectors(name, { points: [1], vector: ['words'], wait: true });
const records = await client.retrieve(name, { ids: [1, 2, 4], with_vector: true });
assert.deepEqual(records.map((one) => one.payload), [{ city: 'Oslo', seen: true }, { only: 1 }, {}]);
assert.deepEqual(Object.keys(records[0].vector), ['meaning']);

const page = await client.scroll(name, { limit: 2 });
assert.deepEqual([ids(page.points), page.next_page_offset], [[1, 2], 4]);
await client.batchUpdate(name, { operations: [{ delete: { points: [5] } }], wait: true });
await client.delete(name, { filter: { must: [{ has_id: [4] }] }, wait: true });
assert.equal((await client.count(name)).count, 3);

await client.updateCollectionAliases({ actions: [{ create_alias: { collection_name: name, alias_name: 'js' } }] });
assert.equal((await client.getCollection('js')).points_count, 3);
assert.deepEqual((await client.getCollectionAliases(name)).aliases, [{ alias_name: 'js', collection_name: name }]);

const snapshot = await client.createSnapshot(name);
assert.deepEqual((await client.listSnapshots(name)).map((one) => one.name), [snapshot.name]);
await client.deleteSnapshot(name, snapshot.name);

await assert.rejects(client.getCollection('absent'), (error) => error.status === 404);
await assert.rejects(client.query(name, { query: [1], using: 'meaning' }), (error) => error.status === 400);
assert.equal(await client.deleteCollection(name), true);
