#include <array>
#include <cmath>

#include "data/formats/relevance_reader.h"
#include "data/io/array_reader.h"
#include "data/io/atomic_file.h"

namespace temblor {
namespace {

std::string answer_name(const GroundTruth& truth, size_t place) {
    return "query " + std::to_string(place / truth.k) + ": answer " +
           std::to_string(place % truth.k);
}

}  // namespace

Result<GroundTruth> read_ground_truth_from(ByteReader& reader) {
    std::array<uint32_t, 2> header{};
    TEMBLOR_RETURN_IF_ERROR(
        read_exactly(reader, std::as_writable_bytes(std::span(header)), "header (queries, k)"));
    GroundTruth truth;
    truth.queries = header[0];
    truth.k = header[1];
    const uint64_t count = uint64_t{truth.queries} * truth.k;
    const auto go_on = [] { return Status::ok(); };
    TEMBLOR_RETURN_IF_ERROR(read_array(reader, count, "rows", truth.rows, go_on));
    TEMBLOR_RETURN_IF_ERROR(read_array(reader, count, "scores", truth.scores, go_on));
    std::array<std::byte, 1> more{};
    TEMBLOR_ASSIGN_OR_RETURN(const size_t trailing, reader.read(more));
    if (trailing != 0) {
        return Status::corruption(reader.path() + ": bytes after the last score (" +
                                  std::to_string(truth.queries) +
                                  " queries of k = " + std::to_string(truth.k) + ")");
    }
    for (size_t i = 0; i < count; ++i) {
        if (truth.rows[i] < -1) {
            return Status::corruption(reader.path() + ": " + answer_name(truth, i) + ": row " +
                                      std::to_string(truth.rows[i]) + " is negative");
        }
        if (std::isnan(truth.scores[i])) {
            return Status::corruption(reader.path() + ": " + answer_name(truth, i) +
                                      ": score is NaN");
        }
    }
    return truth;
}

Result<GroundTruth> read_ground_truth(const std::string& path) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::unique_ptr<ByteReader> reader, open_byte_reader(path));
    return read_ground_truth_from(*reader);
}

Status write_ground_truth(const std::string& path, const GroundTruth& truth) {
    const uint64_t count = uint64_t{truth.queries} * truth.k;
    if (truth.rows.size() != count || truth.scores.size() != count) {
        return Status::invalid_argument(path + ": " + std::to_string(truth.rows.size()) +
                                        " rows and " + std::to_string(truth.scores.size()) +
                                        " scores for " + std::to_string(truth.queries) +
                                        " queries of k = " + std::to_string(truth.k));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::create(path));
    const std::array<uint32_t, 2> header{truth.queries, truth.k};
    TEMBLOR_RETURN_IF_ERROR(file->write(std::as_bytes(std::span(header))));
    TEMBLOR_RETURN_IF_ERROR(file->write(std::as_bytes(std::span(truth.rows))));
    TEMBLOR_RETURN_IF_ERROR(file->write(std::as_bytes(std::span(truth.scores))));
    return file->commit();
}

}  // namespace temblor
