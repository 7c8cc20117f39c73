#pragma once

#include <roaring/roaring.hh>

namespace roaring {}

namespace temblor {

namespace row_bitmap_internal {
// CRoaring 0.2 has its class in the global namespace, later versions in one of its own.
using namespace ::roaring;  // NOLINT(google-build-using-namespace)
using Bitmap = Roaring;
}  // namespace row_bitmap_internal

/// A set of rows (CRoaring).
using RowBitmap = row_bitmap_internal::Bitmap;

}  // namespace temblor
