#include "cli/hit_view.h"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/human_text.h"
#include "cli/output.h"

namespace temblor::cli {
namespace {

namespace json = boost::json;

constexpr size_t kTermColumns = 40;

std::string string_member(const json::object& object, std::string_view key) {
    const json::value* member = object.if_contains(json::string_view(key.data(), key.size()));
    if (member == nullptr || !member->is_string()) return {};
    return std::string(member->get_string());
}

json::value parsed_or_null(std::string_view text) {
    json::error_code error;
    json::value value = json::parse(json::string_view(text.data(), text.size()), error);
    return error ? json::value() : value;
}

}  // namespace

Result<std::vector<HitView>> look_up(const Segment& segment, SparseVectorView query,
                                     const std::vector<Hit>& hits, bool explained) {
    std::vector<HitView> views;
    views.reserve(hits.size());
    for (const Hit& hit : hits) {
        HitView view;
        view.hit = hit;
        view.id = segment.ids().id_string(hit.row);
        if (!segment.payloads().empty()) {
            TEMBLOR_ASSIGN_OR_RETURN(view.payload, segment.payloads().json(hit.row));
        }
        if (explained) {
            TEMBLOR_ASSIGN_OR_RETURN(view.shares, explain(segment, query, hit.row));
        }
        views.push_back(std::move(view));
    }
    return views;
}

std::string payload_title(std::string_view payload) {
    const json::value value = parsed_or_null(payload);
    const json::object* object = value.if_object();
    if (object == nullptr) return {};
    for (const std::string_view key : {"name", "title", "text"}) {
        std::string text = string_member(*object, key);
        if (!text.empty()) return text;
    }
    for (const auto& member : *object) {
        if (member.value().is_string() && !member.value().get_string().empty()) {
            return std::string(member.value().get_string());
        }
    }
    return {};
}

json::object hit_json(const HitView& view, size_t rank) {
    json::object object;
    object["rank"] = rank;
    object["id"] = view.id;
    object["score"] = as_printed(view.hit.score);
    if (!view.payload.empty()) object["payload"] = parsed_or_null(view.payload);
    if (view.shares.empty()) return object;
    json::array shares;
    for (const ScoreShare& share : view.shares) {
        json::object entry;
        entry["component"] = share.component;
        if (!share.token.empty()) entry["token"] = share.token;
        entry["query"] = as_printed(share.query_value);
        entry["document"] = as_printed(share.document_value);
        entry["product"] = as_printed(static_cast<float>(share.product));
        shares.push_back(std::move(entry));
    }
    object["explain"] = std::move(shares);
    return object;
}

json::object counters_json(const SearchCounters& counters) {
    json::object object;
    object["lists"] = counters.lists;
    object["summary_entries"] = counters.summary_entries;
    object["blocks"] = counters.blocks;
    object["blocks_visited"] = counters.blocks_visited;
    object["blocks_skipped"] = counters.blocks_skipped;
    object["documents_scored"] = counters.documents_scored;
    object["bytes_touched"] = counters.bytes_touched;
    object["exact"] = counters.exact;
    return object;
}

std::string component_name(uint32_t component, std::string_view token) {
    return token.empty() ? fmt::format("{}", component) : fit_columns(token, kTermColumns);
}

std::string shares_text(const std::vector<ScoreShare>& shares, size_t most) {
    std::string text;
    for (size_t i = 0; i < std::min(most, shares.size()); ++i) {
        text +=
            fmt::format("{}{} {:.3g}", i == 0 ? "" : " + ",
                        component_name(shares[i].component, shares[i].token), shares[i].product);
    }
    if (shares.size() > most) text += fmt::format(" + {} more", shares.size() - most);
    return text;
}

}  // namespace temblor::cli
