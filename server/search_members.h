#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "data/point.h"
#include "data/status.h"
#include "index/collection/schema.h"
#include "index/payload/json_members.h"
#include "query/search_parameters.h"
#include "server/limits.h"

namespace temblor {

// Members of searches that all routes have alike. The messages name the place.

inline constexpr uint64_t kDefaultHits = 10;

/// Which hits are wanted.
struct HitPage {
    uint64_t limit = kDefaultHits;
    uint64_t offset = 0;

    /// How many must be found.
    [[nodiscard]] uint32_t depth() const { return static_cast<uint32_t>(limit + offset); }
};

/// The members "limit" and "offset" of `place`. Errors: together over `limits.k`.
Result<HitPage> read_hit_page(const OptionalElement& limit, const OptionalElement& offset,
                              const JsonPlace& place, const ServerLimits& limits);

/// The object "params": `exact` and `sparse`; what else Qdrant has there is read and has no effect.
/// What is not given stays as it is.
Status read_search_parameters(const OptionalElement& value, const JsonPlace& place,
                              SearchParameters& parameters);

/// Errors: a sparse vector of more than `limits.nonzeros`.
Status check_nonzeros(const std::variant<SparseVector, DenseVector>& vector, const JsonPlace& place,
                      const ServerLimits& limits);

/// Whether scores of the dense vector `name` are shown as distances, where smaller is better: the
/// engine has them negative. False for other vectors.
bool shows_distances(const Schema& schema, std::string_view name);

}  // namespace temblor
