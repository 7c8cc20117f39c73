#pragma once

#include <functional>
#include <string_view>
#include <variant>
#include <vector>

#include <simdjson.h>

#include "data/point.h"
#include "data/status.h"
#include "index/payload/json_members.h"

namespace temblor {

/// Points as they stand in JSON, in Qdrant's shape:
///
///     {"id": 7, "payload": {...}, "vector": {"title": [0.1, ...],
///                                            "text": {"indices": [3, 1], "values": [0.5, 2]}}}
///
/// An id is an unsigned 64-bit number or text; "payload" and "vector" may be missing or null;
/// "vectors" is another word for "vector". A bare array, or an object of exactly "indices" and
/// "values", both arrays, is the vector without a name, and so is an object with text.
///
/// Strict: an unknown member, one given twice or one of another type is kInvalidArgument. The
/// message begins with the path below `place`, then says what was expected and what came:
/// "points[3].vector.text.indices[1]: expected ...". What a schema says (names, sizes, signs, names
/// given twice) is for Schema::validate. Results own what they hold. O(size), plus the sort of
/// indices that do not ascend.

/// Makes the vector `name` of an object that has text in its place: one whose member "text" is a
/// string. Without a reader such an object is as wrong as any other.
using TextReader = std::function<Result<std::variant<SparseVector, DenseVector>>(
    std::string_view name, simdjson::dom::element object, const JsonPlace& place)>;
bool is_text_object(simdjson::dom::element element);

Result<Point> read_point(simdjson::dom::element element, const JsonPlace& place,
                         const TextReader& text = {});
Result<DocumentId> read_point_id(simdjson::dom::element element, const JsonPlace& place);
Result<std::vector<NamedVector>> read_point_vectors(simdjson::dom::element element,
                                                    const JsonPlace& place,
                                                    const TextReader& text = {});
/// One vector: an array of numbers that are finite as f32, or "indices" (u32, each once, in any
/// order) and "values" of the same number. Components ascend in the result.
Result<std::variant<SparseVector, DenseVector>> read_point_vector(simdjson::dom::element element,
                                                                  const JsonPlace& place);
/// The sparse one, of the members "indices" and "values" of the object at `place`.
Result<SparseVector> read_sparse_members(const OptionalElement& indices,
                                         const OptionalElement& values, const JsonPlace& place);
/// As read_point_vector(), or text in the place of the vector `name`.
Result<std::variant<SparseVector, DenseVector>> read_named_vector(std::string_view name,
                                                                  simdjson::dom::element element,
                                                                  const JsonPlace& place,
                                                                  const TextReader& text);

/// An id that came as text. A UUID may be written with or without dashes, in either case; a decimal
/// number as parse_document_id() has it is that number; all else is text. Errors: empty, over
/// CollectionLimits::kIdBytes, not UTF-8.
Result<DocumentId> read_point_id_text(std::string_view text);

}  // namespace temblor
