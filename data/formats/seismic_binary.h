#pragma once

#include "data/formats/reading_progress.h"
#include "data/io/byte_reader.h"
#include "data/sparse_dataset.h"
#include "data/sparse_vector.h"
#include "data/status.h"

namespace temblor {

/// The inner binary format of Seismic (github.com/TusKANNy/seismic), little endian: u32 rows, then
/// for each row u32 nnz, u32 components[nnz], f32 values[nnz]. The dimension is one past the
/// largest component. Read as a stream; memory grows as bytes arrive. Errors as in bigann_csr.h.
Result<SparseDataset> read_seismic_binary(ByteReader& reader, ValueRule rule,
                                          ReadingProgress& reading);

}  // namespace temblor
