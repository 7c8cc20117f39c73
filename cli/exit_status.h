#pragma once

#include "data/status.h"

namespace temblor::cli {

/// What `temblor` exits with; scripts may rely on these numbers.
enum class ExitStatus : int {
    kOk = 0,            ///< done; also when the reader of standard output went away early
    kInternal = 1,      ///< a bug in Temblor
    kUsage = 2,         ///< an unknown flag, a missing one, a value out of its range
    kBadInput = 3,      ///< a file, a vector or a query that breaks a rule; the message says where
    kNotFound = 4,      ///< a file, document, component or calibration that is not there
    kCorruption = 5,    ///< bytes on disk contradict their checksum or their structure
    kIo = 6,            ///< the operating system refused
    kResource = 7,      ///< memory, disk space or a limit of the format is exhausted
    kInterrupted = 130  ///< stopped by SIGINT or SIGTERM; nothing half-built is left
};

/// The one table from a status of the library to the exit status.
ExitStatus exit_status(StatusCode code);

/// The table as text, for --help.
const char* exit_status_help();

}  // namespace temblor::cli
