#pragma once

namespace temblor::cli {

/// SIGINT and SIGTERM ask the work under way to stop cleanly; a second one ends the process at
/// once. SIGPIPE is ignored, so that a closed pipe is an error of the write.
void install_signal_handlers();

/// True once SIGINT or SIGTERM has come. Any thread.
bool interrupted();

}  // namespace temblor::cli
