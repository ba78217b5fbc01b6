# Activates the environment that this file is in. Source it:
#   source venv/bin/activate.fish
# Undo it with: deactivate

set -l _slipway_file (status --current-filename)
set -l _slipway_bin (string replace -r '/[^/]*$' '' -- $_slipway_file)
if test "$_slipway_bin" = "$_slipway_file"
    set _slipway_bin .
end
set -l _slipway_prefix (builtin realpath -- "$_slipway_bin/..")

if not functions -q deactivate
    or test "$CONDA_PREFIX" != "$_slipway_prefix"

    if functions -q deactivate
        deactivate
    end

    # How to give each variable its present value back, as commands for deactivate.
    set -l _slipway_restore
    for _slipway_name in CONDA_PREFIX CONDA_DEFAULT_ENV @@NAMES@@
        if not set -qx $_slipway_name
            set -p _slipway_restore "set -eg $_slipway_name"
        else if contains -- $_slipway_name CONDA_PREFIX CONDA_DEFAULT_ENV
            and test "$CONDA_PREFIX" = "$_slipway_prefix"
            # A child of a shell in which the environment is active.
            set -p _slipway_restore "set -eg $_slipway_name"
        else
            set -p _slipway_restore "set -gx $_slipway_name "(string escape -- $$_slipway_name | string join ' ')
        end
    end

    set -gx CONDA_PREFIX $_slipway_prefix
    set -gx CONDA_DEFAULT_ENV (string replace -r '^.*/' '' -- $_slipway_prefix)
    if test "$PATH[1]" != "$CONDA_PREFIX/bin"
        set -gx PATH $CONDA_PREFIX/bin $PATH
    end
@@VARIABLES@@
    if status is-interactive
        and functions -q fish_prompt
        and not functions -q _slipway_fish_prompt
        functions -c fish_prompt _slipway_fish_prompt
        function fish_prompt
            echo -n "($CONDA_DEFAULT_ENV) "
            _slipway_fish_prompt
        end
    end

    eval "function deactivate
        set -l _slipway_prefix "(string escape -- $_slipway_prefix)"
        set -l _slipway_scripts \$_slipway_prefix/etc/conda/deactivate.d/*.fish
        for _slipway_script in \$_slipway_scripts[-1..1]
            source \$_slipway_script
            or echo \"deactivate: \$_slipway_script failed\" >&2
        end
        "(string join '; ' -- $_slipway_restore)"
        if set -l _slipway_at (contains -i -- \$_slipway_prefix/bin \$PATH)
            set -e PATH[\$_slipway_at]
        end
        if functions -q _slipway_fish_prompt
            functions -e fish_prompt
            functions -c _slipway_fish_prompt fish_prompt
            functions -e _slipway_fish_prompt
        end
        functions -e deactivate
    end"

    for _slipway_script in $CONDA_PREFIX/etc/conda/activate.d/*.fish
        source $_slipway_script
        or echo "activate: $_slipway_script failed" >&2
    end
end
