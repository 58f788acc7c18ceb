"""Commands on accounts, by noun: logins, passwords, lockouts, roles and offices."""

from backend.accounts.service.appointments import accept_appointment, approve_appointment, decline_appointment
from backend.accounts.service.callers import PasswordChangeNeeded, SecondFactorUnset, Stage, actor_behind, actor_beside, actor_of
from backend.accounts.service.challenges import forget_old_challenges
from backend.accounts.service.closing import CLOSED, close, hold_for_closing, untie, withdraw_everywhere
from backend.accounts.service.factors import RECOVERY_CODES
from backend.accounts.service.going_on import hand_on_area, hand_on_roles_of, hand_on_unit
from backend.accounts.service.hashing import PasswordsBusy, hash_of, room_for_password
from backend.accounts.service.lockouts import lift_lockout, unlock_login
from backend.accounts.service.logins import (
    AccountClosed,
    Proof,
    Tokens,
    end_session,
    forget_old_families,
    log_in_by_wechat,
    log_out,
    log_out_everywhere,
    refresh,
    wechat_account,
)
from backend.accounts.service.merging import (
    AccountsAreOne,
    AccountsOfDifferentPersons,
    OtherLoginWrong,
    account_of_password,
    account_of_wechat,
    begin_own_merge,
    join_login,
    merge_accounts,
    merge_own_accounts,
    recover_account,
    require_above_holder,
)
from backend.accounts.service.office_commands import (
    OfficeCommand,
    commands_on_office,
    may_open_logins,
    require_may_appoint,
    require_may_open_logins,
    require_office_command,
    reset_password_of_holder,
    roles_to_grant,
)
from backend.accounts.service.office_logins import LoginNameTaken, OfficeLogin, create_office_account, open_office_login
from backend.accounts.service.offices import appoint, dismiss, end_run_out, holder_to_check, set_term
from backend.accounts.service.passkey_tries import MOST_PASSKEYS, PasskeyCountedBack, PasskeysOff, PasskeyWrong
from backend.accounts.service.passkeys import (
    LastSecondFactor,
    PasskeyUnmade,
    TooManyPasskeys,
    add_passkey,
    begin_passkey,
    begin_passkey_ending,
    finish_passkey_ending,
    rename_passkey,
)
from backend.accounts.service.password_logins import (
    SecondFactorNeeded,
    SecondStep,
    TicketOver,
    begin_password_login,
    begin_second_step,
    finish_browser_login,
    finish_browser_passkey_step,
    finish_browser_second_step,
    finish_password_login,
    finish_second_step,
)
from backend.accounts.service.passwords import (
    Attempt,
    CredentialsWrong,
    InitialPasswordOver,
    LoginAsleep,
    OldPasswordWrong,
    begin_password_change,
    finish_password_change,
    is_right_password,
    login_named,
    reset_password,
)
from backend.accounts.service.preferences import set_preferences
from backend.accounts.service.rank import require_above
from backend.accounts.service.roles import (
    OFFICES,
    AccountTied,
    PersonHasAccount,
    RolesExclude,
    TermOver,
    account_of_login,
    account_of_person,
    grant_role,
    grant_to_person,
    hold_office_in,
    holding_still,
    holds_role,
    note_check,
    office,
    tie_to_person,
    with_account_among,
    withdraw_from_person,
    withdraw_from_unit,
    withdraw_role,
)
from backend.accounts.service.scans import (
    ConsoleLoginCodeWrong,
    ConsoleLoginOver,
    ConsoleLoginTaken,
    ConsoleLoginUnapproved,
    approve_console_login,
    ask_phone,
    finish_console_login,
    forget_old_console_logins,
)
from backend.accounts.service.second_codes import SecondCodeWrong
from backend.accounts.service.second_factors import (
    Begun,
    SecondFactorIsSet,
    SecondFactorNotBegun,
    SecondFactorNotSet,
    begin_factor_removal,
    begin_second_factor,
    confirm_second_factor,
    finish_factor_removal,
    lift_second_factor,
)
from backend.accounts.service.seconds import SecondNeeded, may_second, require_second
from backend.accounts.service.strength import LONGEST_PASSWORD, SHORTEST_PASSWORD, PasswordTooWeak
from backend.accounts.service.tries import LoginLocked, Source, forget_old_tries
from backend.accounts.service.ways import LastLogin, end_login
