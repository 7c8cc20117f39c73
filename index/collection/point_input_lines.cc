#include <charconv>
#include <utility>

#include <simdjson.h>

#include "data/formats/jsonl_line.h"
#include "index/collection/point_input.h"
#include "index/collection/point_json.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

constexpr uint64_t kLinesBetweenQuestions = 4096;

/// The lines that hold something; the first can be looked at before it is read.
class Lines {
public:
    explicit Lines(std::unique_ptr<ByteReader> reader)
        : reader_(std::move(reader)), lines_(*reader_) {}

    Result<bool> peek(std::string_view& line) {
        TEMBLOR_ASSIGN_OR_RETURN(held_, next(first_));
        line = first_;
        return held_;
    }
    Result<bool> next(std::string_view& line) {
        if (std::exchange(held_, false)) {
            line = first_;
            return true;
        }
        do {
            TEMBLOR_ASSIGN_OR_RETURN(const bool more, lines_.next(line));
            if (!more) return false;
        } while (is_blank(line));
        ++taken_;
        return true;
    }
    Result<uint64_t> skip(uint64_t count, const Progress& progress) {
        std::string_view line;
        for (uint64_t skipped = 0; skipped < count; ++skipped) {
            if (skipped % kLinesBetweenQuestions == 0 && progress.cancelled())
                return Status::cancelled(reader_->path() + ": reading was cancelled");
            TEMBLOR_ASSIGN_OR_RETURN(const bool more, next(line));
            if (!more) return skipped;
        }
        return count;
    }
    [[nodiscard]] std::string place() const { return lines_.place(); }
    [[nodiscard]] uint64_t expected() const {
        const uint64_t read = reader_->file_position();
        if (read == 0 || reader_->file_size() == 0) return 0;
        return static_cast<uint64_t>(static_cast<double>(taken_) *
                                     static_cast<double>(reader_->file_size()) /
                                     static_cast<double>(read));
    }

private:
    std::unique_ptr<ByteReader> reader_;
    LineReader lines_;
    std::string_view first_;
    bool held_ = false;
    uint64_t taken_ = 0;
};

class LineInput : public PointInput {
public:
    explicit LineInput(std::unique_ptr<Lines> lines) : lines_(std::move(lines)) {}

    [[nodiscard]] std::string place() const override { return lines_->place(); }
    [[nodiscard]] uint64_t expected_points() const override { return lines_->expected(); }

protected:
    Lines& lines() { return *lines_; }

private:
    std::unique_ptr<Lines> lines_;
};

class WholePoints final : public LineInput {
public:
    WholePoints(std::unique_ptr<Lines> lines, TextReader text)
        : LineInput(std::move(lines)), text_(std::move(text)) {}

    Result<bool> next(Point& point) override {
        std::string_view text;
        TEMBLOR_ASSIGN_OR_RETURN(const bool more, lines().next(text));
        if (!more) return false;
        dom::element root;
        const auto error = parser_.parse(text.data(), text.size(), false).get(root);
        if (error != simdjson::SUCCESS) {
            return Status::invalid_argument(
                place() + ": expected a JSON object a line: " + simdjson::error_message(error));
        }
        auto read = read_point(root, JsonPlace("point"), text_);
        if (!read.is_ok()) return std::move(read).status().with_context(place());
        point = std::move(*read);
        return true;
    }
    Result<uint64_t> skip(uint64_t count, const Progress& progress) override {
        return lines().skip(count, progress);
    }

private:
    const TextReader text_;
    dom::parser parser_;
};

/// A sparse vector a line, in the shapes of jsonl_reader.h, one shape a file.
class VectorLines final : public LineInput {
public:
    VectorLines(std::unique_ptr<Lines> lines, std::string vector, std::unique_ptr<IdLines> ids)
        : LineInput(std::move(lines)), vector_(std::move(vector)), ids_(std::move(ids)) {}

    Result<bool> next(Point& point) override {
        std::string_view text;
        TEMBLOR_ASSIGN_OR_RETURN(const bool more, lines().next(text));
        if (!more) {
            if (ids_ != nullptr) TEMBLOR_RETURN_IF_ERROR(ids_->finish());
            return false;
        }
        point = Point();
        Status status = parser_.parse(text, line_);
        if (status.is_ok()) status = decode(point);
        if (!status.is_ok()) return std::move(status).with_context(place());
        if (ids_ != nullptr) {
            TEMBLOR_ASSIGN_OR_RETURN(point.id, ids_->next());
        }
        ++taken_;
        return true;
    }
    Result<uint64_t> skip(uint64_t count, const Progress& progress) override {
        TEMBLOR_ASSIGN_OR_RETURN(const uint64_t skipped, lines().skip(count, progress));
        for (uint64_t i = 0; ids_ != nullptr && i < skipped; ++i)
            TEMBLOR_RETURN_IF_ERROR(ids_->skip());
        taken_ += skipped;
        return skipped;
    }

private:
    Status decode(Point& point) {
        SparseVector vector;
        if (line_.shape == LineShape::kText) {
            return Status::invalid_argument(
                "field text: expected a vector: a collection does not encode text");
        }
        if (shape_.value_or(line_.shape) != line_.shape) {
            return Status::invalid_argument("holds " + std::string(line_shape_name(line_.shape)) +
                                            " where earlier lines hold " +
                                            std::string(line_shape_name(*shape_)) +
                                            " (one shape a file)");
        }
        if (has_ids_.value_or(line_.id.has_value()) != line_.id.has_value()) {
            return Status::invalid_argument(
                *has_ids_ ? "field id: missing, though earlier lines have one"
                          : "field id: given, though earlier lines have none");
        }
        shape_ = line_.shape;
        has_ids_ = line_.id.has_value();
        if (line_.shape == LineShape::kIndices) {
            TEMBLOR_RETURN_IF_ERROR(parser_.decode_indices(line_, ValueRule::kNonNegative, vector));
        } else {
            TEMBLOR_RETURN_IF_ERROR(decode_tokens(vector));
        }
        point.id = taken_;
        if (line_.id && ids_ == nullptr) {
            auto id = read_point_id_text(*line_.id);
            if (!id.is_ok()) return std::move(id).status().with_context("field id");
            point.id = std::move(*id);
        }
        if (line_.payload != "{}") point.payload = std::move(line_.payload);
        point.vectors.push_back({vector_, std::move(vector)});
        return Status::ok();
    }

    Status decode_tokens(SparseVector& vector) {
        uint64_t unknown = 0;
        std::string stranger;
        const auto component_of = [&](std::string_view token) -> std::optional<uint32_t> {
            uint32_t component = 0;
            const char* end = token.data() + token.size();
            const auto [stopped, error] = std::from_chars(token.data(), end, component);
            if (error == std::errc() && stopped == end && (token.size() == 1 || token[0] != '0'))
                return component;
            stranger = token;
            return std::nullopt;
        };
        TEMBLOR_RETURN_IF_ERROR(
            parser_.decode_tokens(line_, ValueRule::kNonNegative, component_of, vector, unknown));
        if (unknown == 0) return Status::ok();
        return Status::invalid_argument(
            "field vector: expected component numbers from 0 to "
            "4294967295 (a collection has no vocabulary), got \"" +
            stranger + "\"");
    }

    std::string vector_;
    std::unique_ptr<IdLines> ids_;
    JsonlLineParser parser_{/*text_first=*/false, /*keep_payload=*/true};
    JsonlLine line_;
    std::optional<LineShape> shape_;
    std::optional<bool> has_ids_;
    uint64_t taken_ = 0;
};

/// Whether `line` is a whole point rather than a sparse vector with an id: what is not JSON counts
/// as a point, whose reader says so.
bool is_whole_point(std::string_view line) {
    dom::parser parser;
    dom::element root;
    dom::object object;
    if (parser.parse(line.data(), line.size(), false).get(root) != simdjson::SUCCESS ||
        root.get_object().get(object) != simdjson::SUCCESS) {
        return true;
    }
    bool of_vectors = false;
    for (const auto [name, value] : object) {
        if (name == "payload" || name == "vectors") return true;
        if (name == "indices" || name == "values" || name == "text" || name == "contents")
            of_vectors = true;
        if (name != "vector") continue;
        dom::object members;
        if (value.get_object().get(members) != simdjson::SUCCESS) return true;
        of_vectors = true;
        for (const auto member : members) {
            if (!member.value.is_number()) return true;
        }
    }
    return !of_vectors;
}

}  // namespace

Result<std::unique_ptr<PointInput>> open_point_lines(InputFile input, const Schema& schema,
                                                     const PointInputOptions& options) {
    const std::string name = input.reader->path();
    auto lines = std::make_unique<Lines>(std::move(input.reader));
    std::string_view first;
    TEMBLOR_ASSIGN_OR_RETURN(const bool any, lines->peek(first));
    const bool whole =
        options.format ? *options.format == PointFormat::kPoints : any && is_whole_point(first);
    if (whole) {
        const auto refuse = [&](const char* what) {
            return Status::invalid_argument(name + ": holds whole points, which have their own " +
                                            what);
        };
        if (options.vector) return refuse("names of vectors");
        if (!options.ids_path.empty()) return refuse("ids");
        return std::unique_ptr<PointInput>(
            std::make_unique<WholePoints>(std::move(lines), options.text));
    }
    auto vector = choose_sparse_vector(schema, options.vector);
    if (!vector.is_ok()) return std::move(vector).status().with_context(name);
    std::unique_ptr<IdLines> ids;
    if (!options.ids_path.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(ids, IdLines::open(options.ids_path));
    }
    return std::unique_ptr<PointInput>(
        std::make_unique<VectorLines>(std::move(lines), std::move(*vector), std::move(ids)));
}

}  // namespace temblor
