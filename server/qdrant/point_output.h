#pragma once

#include <string>
#include <vector>

#include "index/payload/json_members.h"
#include "index/payload/key_path.h"
#include "query/collection/collection_reader.h"
#include "query/collection/facet.h"
#include "server/json_writer.h"

namespace temblor {

/// Which parts of points an answer shows: Qdrant's `with_payload` and `with_vector`.
class PointOutput {
public:
    /// `with_payload`: a boolean, an array of keys, {"include": keys} or {"exclude": keys}.
    /// `with_vector`: a boolean or an array of names; messages call it `vector_member`.
    static Result<PointOutput> read(const OptionalElement& with_payload,
                                    const OptionalElement& with_vector, bool payload_by_default,
                                    std::string_view vector_member = "with_vector");

    [[nodiscard]] ReadParts parts() const { return {payload_ != Choice::kNone, with_vectors_}; }
    /// Members "payload" and "vector" of `point`, as far as they are asked for. Errors:
    /// kCorruption.
    Status write(const Point& point, JsonWriter& json) const;

private:
    enum class Choice : uint8_t { kNone, kAll, kOnly, kAllBut };

    Choice payload_ = Choice::kNone;
    std::vector<KeyPath> keys_;
    bool with_vectors_ = false;
    bool all_vectors_ = true;
    std::vector<std::string> names_;
};

/// A number or a string.
void write_id(const DocumentId& id, JsonWriter& json);
/// A string, a whole number or a boolean.
void write_facet_value(const FacetValue& value, JsonWriter& json);
/// A bare array, or an object of indices and values.
void write_vector(const NamedVector& vector, JsonWriter& json);

}  // namespace temblor
