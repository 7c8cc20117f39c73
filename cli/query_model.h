#pragma once

#include <memory>
#include <string>

#include "cli/model_flags.h"
#include "data/dense_dataset.h"
#include "data/document_ids.h"
#include "data/progress.h"
#include "data/status.h"
#include "data/text/text_encoder.h"
#include "data/text/text_model.h"
#include "index/dense/dense_segment.h"
#include "index/segment.h"

namespace temblor::cli {

/// Queries of dense vectors with their ids.
struct DenseQueries {
    DenseDataset vectors;
    DocumentIds ids;
};

/// The flags that name the model for query text, and what comes of them. Must outlive the parsing
/// of the app.
struct QueryModelFlags {
    std::string folder;  ///< empty: none
    ModelFlags model;

    void add_to(CLI::App& app);

    /// What query text goes through; null when the segment was built from vectors. Errors:
    /// kInvalidArgument when the segment was built with another model than --encoder names, or with
    /// none; those of the model.
    [[nodiscard]] Result<std::unique_ptr<TextEncoder>> encoder_of(const Segment& segment) const;
    /// The same of dense vectors; kInvalidArgument without --encoder.
    [[nodiscard]] Result<std::shared_ptr<const DenseTextModel>> model_of(
        const DenseSegment& segment) const;
    /// Queries of a file: vectors, or JSONL with texts for the model. `ids_path` may be empty.
    [[nodiscard]] Result<DenseQueries> read_dense_queries(const DenseSegment& segment,
                                                          const std::string& path,
                                                          const std::string& ids_path,
                                                          Progress& progress) const;

private:
    /// The model's options, its tokens cut as the documents' were unless a flag says otherwise.
    [[nodiscard]] Result<TextModelOptions> options_for(const std::string& encoder_json) const;
};

}  // namespace temblor::cli
