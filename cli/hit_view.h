#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/sparse_vector.h"
#include "data/status.h"
#include "query/explain.h"
#include "query/search_parameters.h"

namespace boost::json {
class object;
class value;
}  // namespace boost::json

namespace temblor::cli {

/// A hit with what is shown of it.
struct HitView {
    Hit hit;
    std::string id;
    std::string payload;             ///< JSON, empty for none
    std::vector<ScoreShare> shares;  ///< empty unless explained
};

/// Looks up ids, payloads and, if `explained`, the shares of the scores.
Result<std::vector<HitView>> look_up(const Segment& segment, SparseVectorView query,
                                     const std::vector<Hit>& hits, bool explained);

/// The title a person would know the document by: the payload's name, title or text, else its
/// first string; empty when there is none.
std::string payload_title(std::string_view payload);

/// What --json prints of a hit: id, score, rank (from 1), payload and explain where they exist.
boost::json::object hit_json(const HitView& view, size_t rank);
/// All counters by their names.
boost::json::object counters_json(const SearchCounters& counters);

/// "statin 5.21 + cancer 2.20", the first `most` shares.
std::string shares_text(const std::vector<ScoreShare>& shares, size_t most);

/// A share's component in words: its token, or its number.
std::string component_name(uint32_t component, std::string_view token);

}  // namespace temblor::cli
