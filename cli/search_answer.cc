#include "cli/search_answer.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/human_text.h"

namespace temblor::cli {
namespace {

constexpr size_t kTitleColumns = 80;
constexpr size_t kShownShares = 8;

}  // namespace

boost::json::object answer_json(const std::vector<HitView>& hits, const SearchCounters& counters,
                                double took_us) {
    boost::json::array results;
    for (size_t i = 0; i < hits.size(); ++i) results.push_back(hit_json(hits[i], i + 1));
    boost::json::object answer;
    answer["results"] = std::move(results);
    answer["took_us"] = took_us;
    answer["counters"] = counters_json(counters);
    return answer;
}

std::string hit_lines(const std::vector<HitView>& hits) {
    std::string out;
    size_t id_width = 2;
    for (const HitView& view : hits) id_width = std::max(id_width, view.id.size());
    id_width = std::min<size_t>(id_width, 36);
    for (size_t i = 0; i < hits.size(); ++i) {
        const HitView& view = hits[i];
        std::string line = fmt::format("{:>3}  {:>9.4f}  {:<{}}  {}", i + 1, view.hit.score,
                                       fit_columns(view.id, 80), id_width,
                                       fit_columns(payload_title(view.payload), kTitleColumns));
        line.resize(line.find_last_not_of(' ') + 1);
        out += line + '\n';
        if (!view.shares.empty()) {
            out += fmt::format("     {}\n", shares_text(view.shares, kShownShares));
        }
    }
    return out;
}

std::string result_count(size_t hits, double took_us) {
    return fmt::format("{} result{} in {}", hits, hits == 1 ? "" : "s", human_latency(took_us));
}

std::string run_lines(std::string_view query_id, const DocumentIds& ids,
                      std::span<const Hit> hits) {
    std::string lines;
    for (size_t i = 0; i < hits.size(); ++i) {
        lines += fmt::format("{}\tQ0\t{}\t{}\t{}\ttemblor\n", query_id, ids.id_string(hits[i].row),
                             i + 1, hits[i].score);
    }
    return lines;
}

}  // namespace temblor::cli
