package imapd

import (
	"github.com/emersion/go-imap/v2"
)

// Create makes a mailbox, and those above it that are missing.
func (s *session) Create(mailbox string, options *imap.CreateOptions) error {
	if len(options.SpecialUse) > 0 {
		return bad("CREATE-SPECIAL-USE is not offered")
	}
	if err := s.svc.CreateMailbox(s.ctx, s.account, mailbox, ""); err != nil {
		return s.refuse("create mailbox", err)
	}
	return nil
}

// Delete removes a mailbox with its messages.
func (s *session) Delete(mailbox string) error {
	if err := s.svc.DeleteMailbox(s.ctx, s.account, mailbox); err != nil {
		return s.refuse("delete mailbox", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.view; v != nil && v.mailbox.Name == mailbox {
		// Clients delete the mailbox that they have selected and then select
		// another; until then theirs is empty.
		v.removed, v.readOnly, v.uids = true, true, nil
	}
	return nil
}

// Rename renames a mailbox and those below it.
func (s *session) Rename(mailbox, newName string, _ *imap.RenameOptions) error {
	if err := s.svc.RenameMailbox(s.ctx, s.account, mailbox, newName); err != nil {
		return s.refuse("rename mailbox", err)
	}
	return nil
}

// Subscribe adds a name, which need not have a mailbox.
func (s *session) Subscribe(mailbox string) error { return s.subscribe(mailbox, true) }

// Unsubscribe removes a name.
func (s *session) Unsubscribe(mailbox string) error { return s.subscribe(mailbox, false) }

func (s *session) subscribe(mailbox string, on bool) error {
	if err := s.svc.Subscribe(s.ctx, s.account, mailbox, on); err != nil {
		return s.refuse("subscribe", err)
	}
	return nil
}

// Status counts what is in a mailbox.
func (s *session) Status(mailbox string, _ *imap.StatusOptions) (*imap.StatusData, error) {
	data, err := s.status(mailbox)
	if err != nil {
		return nil, s.refuse("count mailbox", err)
	}
	return data, nil
}

// status fills in every item; go-imap writes those that were asked for.
func (s *session) status(mailbox string) (*imap.StatusData, error) {
	st, err := s.svc.Status(s.ctx, s.account, mailbox)
	if err != nil {
		return nil, err
	}
	recent, storage := uint32(0), st.Size
	return &imap.StatusData{
		Mailbox:        st.Name,
		NumMessages:    &st.Messages,
		NumRecent:      &recent, // \Recent is not kept
		UIDNext:        imap.UID(st.UIDNext),
		UIDValidity:    st.UIDValidity,
		NumUnseen:      &st.Unseen,
		NumDeleted:     &st.Deleted,
		Size:           &st.Size,
		DeletedStorage: &storage,
	}, nil
}
