#include "cli/exit_status.h"

namespace temblor::cli {

ExitStatus exit_status(StatusCode code) {
    switch (code) {
        case StatusCode::kOk:
            return ExitStatus::kOk;
        case StatusCode::kInvalidArgument:
        case StatusCode::kAlreadyExists:
        case StatusCode::kUnimplemented:
            return ExitStatus::kBadInput;
        case StatusCode::kNotFound:
            return ExitStatus::kNotFound;
        case StatusCode::kCorruption:
            return ExitStatus::kCorruption;
        case StatusCode::kIoError:
            return ExitStatus::kIo;
        case StatusCode::kResourceExhausted:
        case StatusCode::kUnavailable:
            return ExitStatus::kResource;
        case StatusCode::kCancelled:
            return ExitStatus::kInterrupted;
        case StatusCode::kInternal:
            return ExitStatus::kInternal;
    }
    return ExitStatus::kInternal;
}

const char* exit_status_help() {
    return "Exit status:\n"
           "  0    done\n"
           "  1    internal error (a bug: please report it)\n"
           "  2    usage: unknown or missing flag, value out of range\n"
           "  3    bad input: the message names file, line or row, and field\n"
           "  4    not found: file, document, component or calibration\n"
           "  5    corruption: a file contradicts its checksum or structure\n"
           "  6    input/output error\n"
           "  7    out of memory, disk space or past a limit of the format\n"
           "  130  interrupted; nothing half-built is left\n";
}

}  // namespace temblor::cli
