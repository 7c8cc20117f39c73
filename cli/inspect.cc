#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/dense_inspect.h"
#include "cli/document_lookup.h"
#include "cli/hit_view.h"
#include "cli/output.h"
#include "index/dense/dense_segment.h"
#include "index/segment.h"

namespace temblor::cli {
namespace {

namespace json = boost::json;

struct InspectCommand {
    std::string index;
    std::optional<std::string> id;
    std::optional<uint64_t> row;
    std::optional<uint32_t> component;
    std::optional<std::string> token;
    bool as_json = false;

    Outcome run() const;

private:
    Status show_document(const Segment& segment, uint64_t number) const;
    Status show_list(const Segment& segment, uint32_t number) const;
};

std::vector<size_t> heaviest_first(const SparseVector& vector) {
    std::vector<size_t> order(vector.nnz());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return vector.values[a] > vector.values[b]; });
    return order;
}

Status InspectCommand::show_document(const Segment& segment, uint64_t number) const {
    TEMBLOR_RETURN_IF_ERROR(check_row(number, segment.rows(), segment.path()));
    TEMBLOR_ASSIGN_OR_RETURN(const SparseVector vector, segment.vector(number));
    std::string payload;
    if (!segment.payloads().empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(payload, segment.payloads().json(number));
    }
    const std::string name = segment.ids().id_string(number);
    if (as_json) {
        json::array entries;
        for (size_t i = 0; i < vector.nnz(); ++i) {
            json::object entry;
            entry["component"] = vector.components[i];
            const std::string_view word = segment.vocabulary().token(vector.components[i]);
            if (!word.empty()) entry["token"] = std::string(word);
            entry["value"] = as_printed(vector.values[i]);
            entries.push_back(std::move(entry));
        }
        json::object object;
        object["row"] = number;
        object["id"] = name;
        object["vector"] = std::move(entries);
        json::error_code error;
        if (!payload.empty()) object["payload"] = json::parse(payload, error);
        return print_json(object);
    }
    std::string out = fmt::format("row {}, id {}, {} entries\n", number, name, vector.nnz());
    for (const size_t i : heaviest_first(vector)) {
        const uint32_t c = vector.components[i];
        out += fmt::format("  {:>10}  {:<24}  {:.4f}\n", c,
                           component_name(c, segment.vocabulary().token(c)), vector.values[i]);
    }
    if (!payload.empty()) out += "payload " + payload + '\n';
    return print(out);
}

Status InspectCommand::show_list(const Segment& segment, uint32_t number) const {
    const auto list = segment.components().internal(number);
    ListView view;
    if (!list || *list >= segment.lists().size()) {
        return Status::not_found(
            fmt::format("{}: no document has component {}", segment.path(), number));
    }
    if (!segment.lists().view(*list, view)) {
        return Status::corruption(
            fmt::format("{}: section lists: the list of component {} points outside its sections",
                        segment.path(), number));
    }
    const ListRecord& record = segment.lists().record(*list);
    const std::string_view word = segment.vocabulary().token(number);
    if (as_json) {
        json::array blocks;
        for (uint32_t b = 0; b < view.blocks.size(); ++b) {
            blocks.push_back(view.block_postings(b).size());
        }
        json::object object;
        object["component"] = number;
        if (!word.empty()) object["token"] = std::string(word);
        object["postings"] = record.postings;
        object["pruned"] = record.pruned;
        object["max_value"] = as_printed(record.max_value);
        object["summary_entries"] = record.entries;
        object["blocks"] = std::move(blocks);
        return print_json(object);
    }
    std::string out = fmt::format(
        "component {} {}\n"
        "postings {}, {} more were cut; largest value {:.4f}\n"
        "blocks {}, {} summary entries\n",
        number, component_name(number, word), record.postings, record.pruned, record.max_value,
        record.blocks, record.entries);
    constexpr uint32_t kShownBlocks = 20;
    for (uint32_t b = 0; b < std::min<size_t>(kShownBlocks, view.blocks.size()); ++b) {
        out += fmt::format("  block {:>4}: {} documents\n", b, view.block_postings(b).size());
    }
    if (view.blocks.size() > kShownBlocks) {
        out += fmt::format("  and {} more\n", view.blocks.size() - kShownBlocks);
    }
    return print(out);
}

Outcome InspectCommand::run() const {
    if (is_dense_segment(index)) {
        if (component || token) {
            return Outcome::usage(
                fmt::format("{} is about sparse vectors; {} holds dense ones: "
                            "--id or --row",
                            component ? "--component" : "--token", index));
        }
        return inspect_dense({index, id, row, as_json});
    }
    TEMBLOR_ASSIGN_OR_RETURN(const auto segment, Segment::open(index));
    if (row) return show_document(*segment, *row);
    if (id) {
        TEMBLOR_ASSIGN_OR_RETURN(const uint64_t found, find_row(segment->ids(), index, *id));
        return show_document(*segment, found);
    }
    if (component) return show_list(*segment, *component);
    const auto found = segment->vocabulary().find(*token);
    if (!found) {
        return Status::not_found(
            fmt::format("{}: the vocabulary has no token '{}'", index, *token));
    }
    return show_list(*segment, *found);
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
    auto command = std::make_shared<InspectCommand>();
    CLI::App* verb = app.add_subcommand("inspect", "Shows one document or one list of an index");
    verb->add_option("--index", command->index, "Segment file")->required();
    auto* what = verb->add_option_group("What", "One of these");
    what->add_option("--id", command->id, "Document by its id");
    what->add_option("--row", command->row, "Document by its row, from 0");
    what->add_option("--component", command->component, "List by its component's number");
    what->add_option("--token", command->token, "List by its token, as the encoder writes it");
    what->require_option(1);
    verb->add_flag("--json", command->as_json, "Print one JSON object");
    verb->footer(
        "Examples:\n"
        "  temblor inspect --index text.tbl --id MED-10\n"
        "  temblor inspect --index text.tbl --token cancer --json\n"
        "  temblor inspect --index dense.tbl --row 17");
    verb->callback([&action, command] { action = [command] { return command->run(); }; });
}

}  // namespace temblor::cli
