#include "index/collection/point_input.h"

#include <utility>

#include "index/collection/point_json.h"

namespace temblor {

Result<PointFormat> parse_point_format(std::string_view name) {
    if (name == "points") return PointFormat::kPoints;
    if (name == "jsonl") return PointFormat::kVectors;
    if (name == "csr") return PointFormat::kBigAnnCsr;
    if (name == "seismic") return PointFormat::kSeismicBinary;
    return Status::invalid_argument("format \"" + std::string(name) +
                                    "\" (expected points, jsonl, csr or seismic)");
}

Result<std::string> choose_sparse_vector(const Schema& schema,
                                         const std::optional<std::string>& wanted) {
    if (wanted && schema.sparse.contains(*wanted)) return *wanted;
    if (!wanted && schema.sparse.size() == 1) return schema.sparse.begin()->first;
    std::string known;
    for (const auto& [name, settings] : schema.sparse)
        known += (known.empty() ? "\"" : ", \"") + name + "\"";
    if (known.empty()) known = "none";
    if (!wanted) {
        return Status::invalid_argument(
            "expected the name of a sparse vector for the rows (it has " + known + "), got none");
    }
    return Status::invalid_argument("no sparse vector \"" + *wanted + "\" (it has " + known + ")");
}

Result<std::unique_ptr<IdLines>> IdLines::open(const std::string& path) {
    TEMBLOR_ASSIGN_OR_RETURN(std::unique_ptr<ByteReader> reader, open_byte_reader(path));
    return std::unique_ptr<IdLines>(new IdLines(std::move(reader)));
}

Result<std::string_view> IdLines::line() {
    std::string_view text;
    TEMBLOR_ASSIGN_OR_RETURN(const bool more, lines_.next(text));
    if (!more) {
        return Status::invalid_argument(reader_->path() + ": expected an id for row " +
                                        std::to_string(taken_) + ", got " + std::to_string(taken_) +
                                        " lines in all");
    }
    ++taken_;
    return text;
}

Result<DocumentId> IdLines::next() {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view text, line());
    auto id = read_point_id_text(text);
    if (!id.is_ok()) return std::move(id).status().with_context(lines_.place() + ": id");
    return id;
}

Status IdLines::skip() {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string_view text, line());
    (void)text;
    return Status::ok();
}

Status IdLines::finish() {
    std::string_view text;
    TEMBLOR_ASSIGN_OR_RETURN(const bool more, lines_.next(text));
    if (!more) return Status::ok();
    return Status::invalid_argument(lines_.place() + ": expected an id for each of " +
                                    std::to_string(taken_) + " rows, got more");
}

Result<std::unique_ptr<PointInput>> open_point_input(const std::string& path, const Schema& schema,
                                                     const PointInputOptions& options,
                                                     Progress& progress) {
    std::optional<InputFormat> format;
    if (options.format) {
        format = *options.format == PointFormat::kBigAnnCsr       ? InputFormat::kBigAnnCsr
                 : *options.format == PointFormat::kSeismicBinary ? InputFormat::kSeismicBinary
                                                                  : InputFormat::kJsonl;
    }
    TEMBLOR_ASSIGN_OR_RETURN(InputFile input, open_input_file(path, format));
    if (input.format == InputFormat::kJsonl)
        return open_point_lines(std::move(input), schema, options);
    return open_point_rows(path, std::move(input), schema, options, progress);
}

}  // namespace temblor
