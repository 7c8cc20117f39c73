#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "data/point.h"
#include "data/status.h"
#include "index/build_parameters.h"
#include "index/dense/dense_index_kind.h"
#include "index/dense/distance.h"
#include "index/payload/payload_type.h"

namespace temblor {

/// How messages write member `name` of `object`: object["name"].
std::string member_of(std::string_view object, std::string_view name);

/// What a search does to a query's weights of a sparse vector.
enum class VectorModifier : uint8_t {
    kNone,
    kIdf,  ///< times the inverse document frequency of their components (query/collection/idf.h)
};

/// A named sparse vector: an index of blocked lists in every segment.
struct SparseVectorSettings {
    ForwardKind forward = ForwardKind::kRecord;
    VectorSource source = VectorSource::kLearned;
    VectorModifier modifier = VectorModifier::kNone;
    bool operator==(const SparseVectorSettings&) const = default;
};

/// A named dense vector.
struct DenseVectorSettings {
    uint32_t size = 0;
    Distance distance = Distance::kCosine;
    /// What finds the nearest in large segments; Manhattan is always scanned.
    DenseIndexKind index = DenseIndexKind::kHashed;
    bool operator==(const DenseVectorSettings&) const = default;
};

/// What the points of a collection hold. A name is sparse or dense, never both; names may be empty.
struct Schema {
    std::map<std::string, SparseVectorSettings, std::less<>> sparse;
    std::map<std::string, DenseVectorSettings, std::less<>> dense;
    /// Payload keys ("a.b", "items[].price") that have an index. It makes filters faster, never
    /// different.
    std::map<std::string, PayloadType, std::less<>> payload_indexes;

    /// Names the first setting out of its range.
    [[nodiscard]] Status validate() const;
    /// One JSON object, keys in order: equal schemas give equal text.
    [[nodiscard]] std::string to_json() const;
    /// Strict: an unknown member is an error that names it.
    static Result<Schema> from_json(std::string_view json);

    /// Ok when `point` fits: known names, sizes, finite values, ascending components, no negative
    /// sparse values, payload an object. The message names the field.
    [[nodiscard]] Status validate(const Point& point) const;

    bool operator==(const Schema&) const = default;
};

}  // namespace temblor
