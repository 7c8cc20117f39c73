#include "data/formats/input_file.h"

#include <span>
#include <utility>

#include "data/formats/bigann_csr.h"
#include "data/formats/format_detection.h"
#include "data/formats/seismic_binary.h"
#include "data/io/byte_source.h"
#include "data/io/mapped_file.h"
#include "data/io/peekable_reader.h"

namespace temblor {

Result<InputFile> open_input_file(const std::string& path, std::optional<InputFormat> format) {
    const std::string name = path == "-" ? "standard input" : path;
    TEMBLOR_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source, open_file_source(path));
    TEMBLOR_ASSIGN_OR_RETURN(const std::span<const std::byte> raw, source->peek());
    const uint64_t size = source->size();
    // A CSR file of the right row count begins with the very bytes of a gzip header; its length
    // gives it away.
    const bool whole_csr = format.value_or(InputFormat::kBigAnnCsr) == InputFormat::kBigAnnCsr &&
                           is_whole_bigann_csr(raw, size);
    const bool compressed = !whole_csr && (starts_as_gzip(raw) || starts_as_zstd(raw));
    InputFile input;
    input.mappable = size != 0 && !compressed;
    std::unique_ptr<ByteReader> decoded;
    if (compressed) {
        TEMBLOR_ASSIGN_OR_RETURN(decoded, decode(name, std::move(source)));
    } else {
        decoded = make_plain_reader(name, std::move(source));
    }
    auto reader = std::make_unique<PeekableReader>(std::move(decoded));
    if (format) {
        input.format = *format;
    } else {
        TEMBLOR_ASSIGN_OR_RETURN(const std::span<const std::byte> head, reader->peek());
        TEMBLOR_ASSIGN_OR_RETURN(input.format, detect_format(head, compressed ? 0 : size, name));
    }
    input.reader = std::move(reader);
    return input;
}

Result<SparseDataset> read_sparse_rows(const std::string& path, InputFile& input, ValueRule rule,
                                       ReadingProgress& reading) {
    if (input.format == InputFormat::kSeismicBinary) {
        return read_seismic_binary(*input.reader, rule, reading);
    }
    if (!input.mappable) return read_bigann_csr(*input.reader, rule, reading);
    TEMBLOR_ASSIGN_OR_RETURN(const std::shared_ptr<const MappedFile> file, MappedFile::open(path));
    return view_bigann_csr(file, file->bytes(), rule, reading);
}

}  // namespace temblor
