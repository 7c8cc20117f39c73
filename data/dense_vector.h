#pragma once

#include <span>

namespace temblor {

/// Scales `vector` to length 1, as vectors that are compared by cosine are stored and asked. Zero
/// vectors stay as they are. Values must be finite; the length is taken in double precision, where
/// no finite float over- or underflows. The same values give the same bits wherever they stand.
void normalize(std::span<float> vector);

}  // namespace temblor
