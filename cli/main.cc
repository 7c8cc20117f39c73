#include "cli/command.h"
#include "cli/interrupt.h"

int main(int argc, char** argv) {
    temblor::cli::install_signal_handlers();
    return temblor::cli::run(argc, argv);
}
