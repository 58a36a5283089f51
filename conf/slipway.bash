# shellcheck shell=bash
# Completion of the command slipway for bash: its commands and options are those that it names itself.

_slipway() {
  local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ] || [ "$command" = help ]; then
    mapfile -t COMPREPLY < <(compgen -W "$(slipway help | sed -nE 's/^(usage:)? *slipway ([a-z]+).*/\2/p' | sort -u) --version" -- "$word")
  elif [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(slipway help "$command" | grep -oE '^ +--[a-z-]+=?')" -- "$word")
  fi
  # Values of options, too, are for the user to type.
  [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null || true
}
# Where there is nothing of these: names of files.
complete -o bashdefault -o default -F _slipway slipway
