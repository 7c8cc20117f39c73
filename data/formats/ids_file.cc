#include "data/formats/ids_file.h"

#include <string_view>
#include <vector>

#include "data/formats/collection_reader.h"
#include "data/io/compressed_writer.h"
#include "data/io/line_reader.h"

namespace temblor {

Result<DocumentIds> read_ids(ByteReader& reader, uint64_t rows) {
    LineReader lines(reader);
    std::vector<std::string> texts;
    std::string_view line;
    uint64_t found = 0;
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const bool more, lines.next(line));
        if (!more) break;
        // Lines beyond the rows are only counted.
        if (++found > rows) continue;
        if (line.empty()) return Status::invalid_argument(lines.place() + ": empty id");
        texts.emplace_back(line);
    }
    if (found != rows) {
        return Status::invalid_argument(reader.path() + ": " + std::to_string(found) + " ids for " +
                                        std::to_string(rows) + " rows");
    }
    Result<DocumentIds> ids = DocumentIds::from_strings(texts);
    if (!ids.is_ok()) {
        if (const auto repeated = find_repeated_id(texts)) {
            return Status::invalid_argument(reader.path() + ":" +
                                            std::to_string(repeated->second + 1) + ": id \"" +
                                            texts[repeated->second] + "\" repeats that of line " +
                                            std::to_string(repeated->first + 1));
        }
    }
    return ids;
}

Result<DocumentIds> read_ids_file(const std::string& path, uint64_t rows) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::unique_ptr<ByteReader> reader, open_byte_reader(path));
    return read_ids(*reader, rows);
}

Status write_ids(const std::string& path, const DocumentIds& ids) {
    TEMBLOR_ASSIGN_OR_RETURN(auto writer, CompressedWriter::create(path, "none"));
    for (uint64_t row = 0; row < ids.count(); ++row) {
        std::string line = ids.id_string(row);
        if (line.empty() || line.find_first_of("\n\r") != std::string::npos) {
            return Status::invalid_argument(path + ": row " + std::to_string(row) +
                                            ": an empty id or one with a line break has no line "
                                            "of its own");
        }
        line += '\n';
        TEMBLOR_RETURN_IF_ERROR(writer->write(std::string_view(line)));
    }
    return writer->commit();
}

}  // namespace temblor
