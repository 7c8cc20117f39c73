#include "cli/dense_growth.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/dense_convert.h"
#include "cli/dense_grower.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"
#include "data/formats/dense_reader.h"

namespace temblor::cli {
namespace {

constexpr uint64_t kMostGrownRows = 0xFFFF'FFFE;  // as many as an index holds

enum GrownStream : uint64_t { kDocumentStream = 1, kQueryStream = 2 };

Status check_numbers(const DenseGrowth& asked) {
    if (asked.rows < 1 || asked.rows > kMostGrownRows) {
        return Status::invalid_argument(
            fmt::format("--rows is {}, must lie between 1 and {}", asked.rows, kMostGrownRows));
    }
    if (asked.queries > kMostGrownRows) {
        return Status::invalid_argument(
            fmt::format("--queries is {}, must be at most {}", asked.queries, kMostGrownRows));
    }
    return Status::ok();
}

// Both by samples of the same size, which is said.
Result<std::string> comparison(const DenseGrower& grower, const DenseDataset& base,
                               const DenseDataset& grown, uint64_t seed) {
    const uint64_t rows = std::min(grower.sample_rows(), grown.rows());
    if (rows < DenseGrower::kLeastRows) return std::string();
    DenseStatistics before = grower.original();
    if (rows < grower.sample_rows()) {
        TEMBLOR_ASSIGN_OR_RETURN(before, measure_dense(draw_rows(base, rows, seed), seed));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const DenseStatistics after,
                             measure_dense(draw_rows(grown, rows, seed), seed));
    std::string text =
        fmt::format("samples of {:<24}{:>8}{:>8}\n", fmt::format("{} rows", rows), "base", "grown");
    const auto line = [&](const char* name, double a, double b) {
        text += fmt::format("{:<35}{:>8.4f}{:>8.4f}\n", name, a, b);
    };
    line("similarity to the nearest", before.nearest, after.nearest);
    line("similarity to the tenth nearest", before.tenth, after.tenth);
    line("variance in 16 directions", before.share16, after.share16);
    line("variance in 64 directions", before.share64, after.share64);
    return text;
}

}  // namespace

Outcome grow_dense(const DenseGrowth& asked) {
    if (const Status valid = check_numbers(asked); !valid.is_ok()) {
        return Outcome::usage(valid.message());
    }
    const auto width = parse_float_width(asked.values);
    if (!width.is_ok()) return Outcome::usage("--values: " + width.status().message());
    for (const std::string& path : {asked.output, asked.queries_output}) {
        if (*width == FloatWidth::kF16 && format_to_write(path) != DenseFormat::kNpy) {
            return Outcome::usage("--values f16 is for .npy files, not for " + path);
        }
    }
    TerminalProgress progress;
    TEMBLOR_ASSIGN_OR_RETURN(const DenseDataset base, read_dense(asked.base, progress));
    Result<DenseGrower> grower = DenseGrower::fit(base, asked.seed, progress);
    if (!grower.is_ok()) return std::move(grower).status().with_context(asked.base);
    TEMBLOR_ASSIGN_OR_RETURN(const DenseDataset grown,
                             grower->make(kDocumentStream, asked.rows, progress));
    TEMBLOR_RETURN_IF_ERROR(
        write_dense(asked.output, grown, format_to_write(asked.output), *width, "none"));
    std::string report =
        fmt::format("{}: {} rows of dimension {} (blend {:.1f}, noise {:.3f})\n", asked.output,
                    grown.rows(), grown.dim(), grower->blend(), grower->noise());
    TEMBLOR_ASSIGN_OR_RETURN(const std::string compared,
                             comparison(*grower, base, grown, asked.seed));
    report += compared;
    if (asked.queries > 0) {
        TEMBLOR_ASSIGN_OR_RETURN(const DenseDataset queries,
                                 grower->make(kQueryStream, asked.queries, progress));
        TEMBLOR_RETURN_IF_ERROR(write_dense(asked.queries_output, queries,
                                            format_to_write(asked.queries_output), *width, "none"));
        report += fmt::format("{}: {} queries\n", asked.queries_output, queries.rows());
    }
    progress.clear();
    return print(report);
}

}  // namespace temblor::cli
