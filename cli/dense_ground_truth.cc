#include "cli/dense_ground_truth.h"

#include <fmt/format.h>

#include "cli/metric_names.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"
#include "data/formats/dense_reader.h"
#include "data/formats/relevance.h"
#include "query/dense/dense_ground_truth.h"

namespace temblor::cli {

Outcome find_dense_ground_truth(const DenseGroundTruth& asked) {
    const auto distance = parse_metric(asked.metric);
    if (!distance.is_ok()) return Outcome::usage(distance.status().message());
    TerminalProgress progress;
    TEMBLOR_ASSIGN_OR_RETURN(const DenseDataset rows, read_dense(asked.input, progress));
    TEMBLOR_ASSIGN_OR_RETURN(const DenseDataset queries, read_dense(asked.queries, progress));
    Result<GroundTruth> truth =
        dense_ground_truth(rows, queries, *distance, asked.k, asked.threads, progress);
    if (!truth.is_ok()) return std::move(truth).status().with_context(asked.queries);
    TEMBLOR_RETURN_IF_ERROR(write_ground_truth(asked.output, *truth));
    progress.clear();
    return print(fmt::format("{}: the {} best of {} documents for {} queries\n", asked.output,
                             asked.k, rows.rows(), queries.rows()));
}

}  // namespace temblor::cli
