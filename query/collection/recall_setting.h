#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "data/status.h"
#include "index/collection/version.h"
#include "query/search_parameters.h"

namespace temblor {

/// The setting with which a search of the sparse vector `name` finds about this share of the exact
/// top k: of the segments that are calibrated what was measured (parameters_for_recall()), of the
/// others what reached it on collections of SPLADE-v3 and BM25 vectors; of all these the most
/// careful. 1 is an exact search. A rule of thumb where nothing was measured: check it with exact
/// searches. Errors: kInvalidArgument for recall outside [kLeastRecall, 1]. O(segments).
Result<SearchParameters> setting_for_recall(const Version& version, std::string_view name,
                                            uint32_t k, double recall);

/// The setting with which a search of indexed dense vectors finds about that share: what reached it
/// on sentence embeddings of 384 and 768 dimensions (docs/dense.md); nothing past the last, where
/// the search has to be exact. The same errors.
Result<std::optional<DenseSetting>> dense_setting_for_recall(double recall);

inline constexpr double kLeastRecall = 0.5;

}  // namespace temblor
