#include "cli/trec_run.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "data/formats/reading_progress.h"
#include "data/io/byte_reader.h"
#include "data/io/line_reader.h"

namespace temblor::cli {
namespace {

constexpr size_t kRunFields = 6;

/// The fields of a line; how many there are, which may be more than fit.
size_t split_run_line(std::string_view line, std::array<std::string_view, kRunFields>& fields) {
    size_t count = 0;
    while (true) {
        const size_t begin = line.find_first_not_of(" \t");
        if (begin == std::string_view::npos) return count;
        line.remove_prefix(begin);
        const std::string_view field = line.substr(0, line.find_first_of(" \t"));
        if (count < kRunFields) fields[count] = field;
        line.remove_prefix(field.size());
        ++count;
    }
}

}  // namespace

Result<TrecRun> read_trec_run(const std::string& path, uint32_t depth, Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto reader, open_byte_reader(path));
    ReadingProgress reading(progress, reader->path(), reader->file_size());
    LineReader lines(*reader);
    TrecRun run;
    std::string_view line;
    std::array<std::string_view, kRunFields> fields;
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const bool more, lines.next(line));
        if (!more) break;
        TEMBLOR_RETURN_IF_ERROR(reading.at(lines.file_position()));
        if (is_blank(line)) continue;
        const size_t found = split_run_line(line, fields);
        if (found != kRunFields) {
            return Status::invalid_argument(
                fmt::format("{}: {} fields (expected 6: query, Q0, document, rank, score, name)",
                            lines.place(), found));
        }
        auto [place, is_new] = run.documents.try_emplace(std::string(fields[0]));
        if (is_new) run.queries.emplace_back(fields[0]);
        std::vector<std::string>& documents = place->second;
        if (documents.size() >= depth) continue;
        if (std::find(documents.begin(), documents.end(), fields[2]) != documents.end()) {
            return Status::invalid_argument(
                fmt::format("{}: field document: \"{}\" is there twice for query \"{}\"",
                            lines.place(), fields[2], fields[0]));
        }
        documents.emplace_back(fields[2]);
    }
    reading.finish();
    return run;
}

std::vector<FusedQuery> fuse_runs(const std::vector<TrecRun>& runs, double k) {
    std::vector<FusedQuery> fused;
    std::unordered_map<std::string, size_t> places;
    for (const TrecRun& run : runs) {
        for (const std::string& query : run.queries) {
            if (places.try_emplace(query, fused.size()).second) fused.push_back({query, {}});
        }
    }
    for (FusedQuery& one : fused) {
        std::vector<std::pair<std::string_view, double>> scores;
        std::unordered_map<std::string_view, size_t> rows;
        for (const TrecRun& run : runs) {
            const auto ranking = run.documents.find(one.query);
            if (ranking == run.documents.end()) continue;
            double rank = 0;
            for (const std::string& document : ranking->second) {
                rank += 1;
                const auto [row, is_new] = rows.try_emplace(document, scores.size());
                if (is_new) scores.emplace_back(document, 0.0);
                scores[row->second].second += 1 / (k + rank);
            }
        }
        std::stable_sort(scores.begin(), scores.end(),
                         [](const auto& a, const auto& b) { return a.second > b.second; });
        for (const auto& [document, score] : scores)
            one.documents.emplace_back(document, static_cast<float>(score));
    }
    return fused;
}

}  // namespace temblor::cli
