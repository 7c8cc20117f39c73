#pragma once

#include "data/formats/relevance.h"
#include "data/io/byte_reader.h"
#include "data/status.h"

namespace temblor {

/// read_qrels and read_ground_truth over any reader.
Result<Qrels> read_qrels_from(ByteReader& reader);
Result<GroundTruth> read_ground_truth_from(ByteReader& reader);

}  // namespace temblor
