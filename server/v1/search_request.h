#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "index/collection/version.h"
#include "index/payload/json_members.h"
#include "query/collection/source_search.h"
#include "server/limits.h"
#include "server/qdrant/point_output.h"
#include "server/request_texts.h"
#include "server/search_members.h"

namespace temblor {

/// Components and the words they stand for.
using ComponentTerms = std::map<uint32_t, std::string>;

/// A search as POST /v1/collections/{c}/search asks for it.
struct V1Search {
    SourcedSearch search;               ///< its limit includes the page's offset
    std::vector<ComponentTerms> terms;  ///< of each source, as far as words are known
    HitPage page;
    PointOutput output;
    bool explain = false;
    std::optional<double> timeout;  ///< seconds
};

/// What a search may say; null members are as if absent.
struct V1SearchMembers {
    OptionalElement text, sparse, dense;
    OptionalElement fusion, candidates, limit, offset, filter, recall, exact, params;
    OptionalElement with_payload, with_vectors, score_threshold, explain, timeout;
    std::string_view text_name = "text";  ///< what messages call the text
};

/// The body of the route.
Result<V1SearchMembers> read_v1_search_members(simdjson::dom::element body, const JsonPlace& place);

/// Reads and checks a search over `version`; text becomes vectors by `texts`. Errors:
/// kInvalidArgument with the place.
Result<V1Search> read_v1_search(const V1SearchMembers& members, const JsonPlace& place,
                                const Version& version, const ServerLimits& limits,
                                RequestTexts& texts);

}  // namespace temblor
