#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "data/splitmix.h"
#include "index/collection/collection.h"
#include "tests/collection/collection_model.h"

namespace temblor::testing {

/// Writes that follow from a seed and a number, so that whoever knows how many were acknowledged
/// knows what a collection must hold.
constexpr uint64_t kScriptPool = 300;

/// In segments of a script so many dense vectors have hashed lists or a graph.
constexpr uint64_t kScriptIndexedRows = 12;

/// The schema is model_schema(). Small memtables, so that sealing and merging, training of lists
/// and linking of graphs happen all the time.
CollectionOptions script_options();

Result<WriteReceipt> run_scripted(Collection& collection, uint64_t seed, uint64_t number);
void run_scripted(CollectionModel& model, uint64_t seed, uint64_t number);

/// The collection is the model after the first `acknowledged` writes, or after one more, or (with
/// `failed` in flight as well) that; and is sound. Returns how many writes it holds.
uint64_t expect_scripted(Collection& collection, uint64_t seed, uint64_t acknowledged,
                         bool one_in_flight);

}  // namespace temblor::testing
