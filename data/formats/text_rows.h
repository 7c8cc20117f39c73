#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "data/document_ids.h"
#include "data/progress.h"
#include "data/status.h"

namespace temblor {

/// Takes one text, which lives until it returns.
using TextSink = std::function<Status(std::string_view text)>;

/// Gives the text of each line of a JSONL file (jsonl_reader.h: title, a blank and text), plain,
/// gzip or zstd, to `sink`, in their order, and returns the ids. `ids_path`: an id a line; empty:
/// ids from the file, or row numbers. Memory: the ids. Errors name file and line: those of the
/// sink, and kInvalidArgument for a line that holds a vector instead.
Result<DocumentIds> read_text_rows(const std::string& path, const std::string& ids_path,
                                   const TextSink& sink, Progress& progress);

}  // namespace temblor
