#include <array>
#include <charconv>

#include "data/formats/collection_reader.h"
#include "data/io/compressed_writer.h"

namespace temblor {
namespace {

void append_string(std::string& out, std::string_view text) {
    constexpr char kHexDigits[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            out += kHexDigits[c >> 4];
            out += kHexDigits[c & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

/// The shortest digits that give back the same number.
template <typename Number>
void append_number(std::string& out, Number number) {
    std::array<char, 32> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), written.ptr);
}

void append_id(std::string& out, const DocumentId& id) {
    if (const auto* number = std::get_if<uint64_t>(&id)) {
        append_number(out, *number);
    } else {
        append_string(out, to_string(id));
    }
}

void append_tokens(std::string& out, SparseVectorView row, const Vocabulary& vocabulary) {
    out += ",\"vector\":{";
    for (size_t i = 0; i < row.nnz(); ++i) {
        if (i > 0) out += ',';
        append_string(out, vocabulary.token(row.components[i]));
        out += ':';
        append_number(out, row.values[i]);
    }
    out += "}}\n";
}

void append_indices(std::string& out, SparseVectorView row) {
    out += ",\"indices\":[";
    for (size_t i = 0; i < row.nnz(); ++i) {
        if (i > 0) out += ',';
        append_number(out, row.components[i]);
    }
    out += "],\"values\":[";
    for (size_t i = 0; i < row.nnz(); ++i) {
        if (i > 0) out += ',';
        append_number(out, row.values[i]);
    }
    out += "]}\n";
}

}  // namespace

Status write_jsonl(const std::string& path, const SparseDataset& dataset, const DocumentIds& ids,
                   const Vocabulary& vocabulary, std::string_view compression) {
    if (ids.count() != dataset.rows()) {
        return Status::invalid_argument(path + ": " + std::to_string(ids.count()) + " ids for " +
                                        std::to_string(dataset.rows()) + " rows");
    }
    TEMBLOR_ASSIGN_OR_RETURN(auto writer, CompressedWriter::create(path, compression));
    std::string line;
    for (uint64_t r = 0; r < dataset.rows(); ++r) {
        const SparseVectorView row = dataset.row(r);
        // JSON has no word for NaN or infinity, and components ascend.
        Status status = validate_sparse_vector(row, ValueRule::kFinite, vocabulary.size());
        if (!status.is_ok()) {
            return std::move(status).with_context(path + ": row " + std::to_string(r));
        }
        line = "{\"id\":";
        append_id(line, ids.id(r));
        if (vocabulary.empty()) {
            append_indices(line, row);
        } else {
            append_tokens(line, row, vocabulary);
        }
        TEMBLOR_RETURN_IF_ERROR(writer->write(std::string_view(line)));
    }
    return writer->commit();
}

}  // namespace temblor
