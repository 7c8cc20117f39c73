#include "data/formats/jsonl_rows.h"

#include <algorithm>

namespace temblor {

JsonlRows::JsonlRows(ByteReader& reader, ReadingProgress& reading, bool text_first,
                     bool keep_payload)
    : reading_(reading), lines_(reader), parser_(text_first, keep_payload) {}

Result<bool> JsonlRows::next(JsonlLine& line) {
    std::string_view text;
    do {
        TEMBLOR_RETURN_IF_ERROR(reading_.at(lines_.file_position()));
        TEMBLOR_ASSIGN_OR_RETURN(const bool more, lines_.next(text));
        if (!more) return false;
    } while (is_blank(text));
    Status status = parser_.parse(text, line);
    if (!status.is_ok()) return std::move(status).with_context(place());

    if (shape_.value_or(line.shape) != line.shape) {
        return Status::invalid_argument(
            place() + ": holds " + std::string(line_shape_name(line.shape)) +
            " where earlier lines hold " + std::string(line_shape_name(*shape_)) +
            " (one shape a file)");
    }
    shape_ = line.shape;
    if (rows_ > 0 && line.id.has_value() != has_ids_) {
        return Status::invalid_argument(place() + ": field id: " +
                                        (has_ids_ ? "missing, though earlier lines have one"
                                                  : "given, though earlier lines have none"));
    }
    has_ids_ = line.id.has_value();
    if (has_ids_) ids_.push_back(*line.id);
    const uint64_t shift = lines_.line_number() - rows_;
    if (line_shifts_.empty() || line_shifts_.back().second != shift) {
        line_shifts_.emplace_back(rows_, shift);
    }
    ++rows_;
    return true;
}

uint64_t JsonlRows::line_of(uint64_t row) const {
    const auto after =
        std::upper_bound(line_shifts_.begin(), line_shifts_.end(), row,
                         [](uint64_t wanted, const auto& shift) { return wanted < shift.first; });
    return row + std::prev(after)->second;
}

Result<DocumentIds> JsonlRows::take_ids() {
    if (!has_ids_) return DocumentIds::row_numbers(rows_);
    const std::vector<std::string> texts = std::move(ids_);
    Result<DocumentIds> ids = DocumentIds::from_strings(texts);
    if (!ids.is_ok()) {
        if (const auto repeated = find_repeated_id(texts)) {
            return Status::invalid_argument(
                reading_.path() + ":" + std::to_string(line_of(repeated->second)) +
                ": field id: \"" + texts[repeated->second] + "\" repeats that of line " +
                std::to_string(line_of(repeated->first)));
        }
    }
    return ids;
}

}  // namespace temblor
