#include "data/formats/text_rows.h"

#include "data/formats/ids_file.h"
#include "data/formats/input_file.h"
#include "data/formats/jsonl_rows.h"
#include "data/formats/reading_progress.h"

namespace temblor {

Result<DocumentIds> read_text_rows(const std::string& path, const std::string& ids_path,
                                   const TextSink& sink, Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(InputFile input, open_input_file(path, InputFormat::kJsonl));
    ReadingProgress reading(progress, input.reader->path(), input.reader->file_size());
    TEMBLOR_RETURN_IF_ERROR(reading.at(0));
    JsonlRows rows(*input.reader, reading, /*text_first=*/true, /*keep_payload=*/false);
    JsonlLine line;
    uint64_t count = 0;
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const bool more, rows.next(line));
        if (!more) break;
        const auto taken = [&]() -> Status {
            if (line.shape != LineShape::kText)
                return Status::invalid_argument("expected a text, the line holds a vector");
            return sink(line.full_text());
        };
        TEMBLOR_RETURN_IF_ERROR(taken().with_context(rows.place()));
        ++count;
    }
    reading.finish();
    if (!ids_path.empty()) return read_ids_file(ids_path, count);
    return rows.take_ids();
}

}  // namespace temblor
