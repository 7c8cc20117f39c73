#include <charconv>
#include <vector>

#include "data/formats/relevance_reader.h"
#include "data/io/line_reader.h"

namespace temblor {
namespace {

constexpr size_t kTrecFields = 4;
constexpr size_t kBeirFields = 3;

void split_at_tabs(std::string_view line, std::vector<std::string_view>& fields) {
    fields.clear();
    while (true) {
        const size_t tab = line.find('\t');
        fields.push_back(line.substr(0, tab));
        if (tab == std::string_view::npos) return;
        line.remove_prefix(tab + 1);
    }
}

void split_at_blanks(std::string_view line, std::vector<std::string_view>& fields) {
    fields.clear();
    while (true) {
        const size_t begin = line.find_first_not_of(" \t");
        if (begin == std::string_view::npos) return;
        line.remove_prefix(begin);
        const size_t end = line.find_first_of(" \t");
        fields.push_back(line.substr(0, end));
        line.remove_prefix(fields.back().size());
    }
}

bool parse_grade(std::string_view text, int& grade) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), grade);
    return error == std::errc() && end == text.data() + text.size();
}

/// The names of a layout's fields, and where in a line they stand.
struct Layout {
    bool beir = false;
    [[nodiscard]] size_t fields() const { return beir ? kBeirFields : kTrecFields; }
    [[nodiscard]] size_t document() const { return beir ? 1 : 2; }
    [[nodiscard]] size_t grade() const { return beir ? 2 : 3; }
    [[nodiscard]] std::string name(size_t field) const {
        if (field == 0) return beir ? "query-id" : "query";
        if (field == document()) return beir ? "corpus-id" : "document";
        return beir ? "score" : "grade";
    }
    void split(std::string_view line, std::vector<std::string_view>& parts) const {
        return beir ? split_at_tabs(line, parts) : split_at_blanks(line, parts);
    }
};

Status add_judgement(const Layout& layout, const std::vector<std::string_view>& fields,
                     Qrels& qrels) {
    if (fields.size() != layout.fields()) {
        return Status::invalid_argument(std::to_string(fields.size()) + " fields (expected " +
                                        std::to_string(layout.fields()) +
                                        (layout.beir ? ": query-id, corpus-id, score)"
                                                     : ": query, iteration, document, grade)"));
    }
    for (const size_t field : {size_t{0}, layout.document()}) {
        if (fields[field].empty()) {
            return Status::invalid_argument("field " + layout.name(field) + ": empty");
        }
    }
    int grade = 0;
    if (!parse_grade(fields[layout.grade()], grade)) {
        return Status::invalid_argument("field " + layout.name(layout.grade()) + ": \"" +
                                        std::string(fields[layout.grade()]) +
                                        "\" (expected a whole number)");
    }
    auto& judged = qrels.grades[std::string(fields[0])];
    const auto [place, added] = judged.emplace(std::string(fields[layout.document()]), grade);
    if (!added && place->second != grade) {
        return Status::invalid_argument(
            "field " + layout.name(layout.grade()) + ": " + std::to_string(grade) +
            ", but an earlier line gives document \"" + place->first + "\" of query \"" +
            std::string(fields[0]) + "\" " + std::to_string(place->second));
    }
    return Status::ok();
}

}  // namespace

Result<Qrels> read_qrels_from(ByteReader& reader) {
    LineReader lines(reader);
    Qrels qrels;
    Layout layout;
    bool first = true;
    std::vector<std::string_view> fields;
    std::string_view line;
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const bool more, lines.next(line));
        if (!more) break;
        if (is_blank(line)) continue;
        if (first) {
            first = false;
            split_at_tabs(line, fields);
            layout.beir = fields.size() == kBeirFields;
            int grade = 0;
            if (layout.beir && fields[0] == "query-id" && !parse_grade(fields[2], grade)) continue;
        }
        layout.split(line, fields);
        Status status = add_judgement(layout, fields, qrels);
        if (!status.is_ok()) return std::move(status).with_context(lines.place());
    }
    return qrels;
}

Result<Qrels> read_qrels(const std::string& path) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::unique_ptr<ByteReader> reader, open_byte_reader(path));
    return read_qrels_from(*reader);
}

}  // namespace temblor
