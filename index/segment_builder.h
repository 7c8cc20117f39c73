#pragma once

#include <cstdint>
#include <string>

#include "data/document_ids.h"
#include "data/io/file_system.h"
#include "data/payloads.h"
#include "data/progress.h"
#include "data/sparse_dataset.h"
#include "data/status.h"
#include "data/text/text_encoder.h"
#include "data/vocabulary.h"
#include "index/build_parameters.h"

namespace temblor {

/// Everything that goes into a segment. `ids` and, unless empty, `payloads` have a row a document.
struct SegmentContents {
    SparseDataset vectors;
    DocumentIds ids;
    Vocabulary vocabulary;    ///< empty: components are plain numbers
    TextEncoderData encoder;  ///< empty config: vectors came from outside
    Payloads payloads;        ///< empty: none
};

/// What a build did, for the person who waits for it.
struct BuildReport {
    uint64_t documents = 0;
    uint64_t nnz = 0;
    uint64_t postings = 0;  ///< kept after static pruning
    uint64_t lists = 0;     ///< not empty
    uint64_t blocks = 0;
    uint64_t summary_entries = 0;
    uint64_t bytes = 0;  ///< of the file
    double seconds = 0;
};

/// Builds the blocked index of `contents` and writes it as one segment file (docs/format.md) under
/// a temporary name beside `path`, syncs it and renames it; on any error or interruption nothing is
/// left. The same contents, parameters and seed give the same bytes for any number of threads.
/// Errors: kInvalidArgument for a negative, NaN or infinite value or unsorted components (names the
/// row), kResourceExhausted for over 2^32 - 2 documents, kIoError, kCancelled.
/// Memory: at most about three times the bytes of `contents.vectors`, beside it.
Result<BuildReport> build_segment(const SegmentContents& contents,
                                  const BuildParameters& parameters, const std::string& path,
                                  Progress& progress,
                                  FileSystem& file_system = posix_file_system());

}  // namespace temblor
